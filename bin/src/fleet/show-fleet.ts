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
  const custom = ['nodeconfigs', 'nodestates', 'rollouts'].map((name) => `${name}.haos.io`);
  const objects = await kubectl.listTogether(['nodes', ...custom]);
  const of = <Value>(kind: string) => objects.filter((object) => object.kind === kind) as Value[];
  return {
    nodes: of<FleetObjects['nodes'][number]>('Node'),
    nodeConfigs: of<NodeConfig>('NodeConfig'),
    nodeStates: of<NodeState>('NodeState'),
    rollouts: of<Rollout>('Rollout'),
  };
}
