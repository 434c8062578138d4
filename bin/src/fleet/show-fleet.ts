import type { NodeConfig, NodeState, Rollout } from '@haos/operator';
import { describeFleet, type FleetObjects, formatFleet } from '@haos/operator/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { type ClusterOptions, type Kubectl, openKubectl } from './kubectl.js';
import { print } from './print.js';

/** `kubectl haos status`: prints all nodes, configurations and rollouts. */
export async function runFleetStatus(
  invocation: Invocation<ClusterOptions | 'output'>,
  context: Context,
): Promise<ExitStatus> {
  const fleet = describeFleet(await readFleet(openKubectl(invocation, context)));
  print(invocation, context, { value: fleet, text: formatFleet(fleet) });
  return EXIT.done;
}

async function readFleet(kubectl: Kubectl): Promise<FleetObjects> {
  const [nodes, nodeConfigs, nodeStates, rollouts] = await Promise.all([
    kubectl.list<FleetObjects['nodes'][number]>('nodes'),
    kubectl.list<NodeConfig>('nodeconfigs.haos.io'),
    kubectl.list<NodeState>('nodestates.haos.io'),
    kubectl.list<Rollout>('rollouts.haos.io'),
  ]);
  return { nodes, nodeConfigs, nodeStates, rollouts };
}
