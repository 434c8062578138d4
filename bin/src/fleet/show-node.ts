import type { NodeConfig, NodeState } from '@haos/operator';
import {
  type Budget,
  explainNode,
  type FleetObjects,
  formatDiff,
  formatDrain,
  formatDrift,
  formatExplanations,
  formatPlan,
  hasChanges,
  type PodWithConditions,
  previewDrain,
} from '@haos/operator/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { type ClusterOptions, type Kubectl, openKubectl } from './kubectl.js';
import { print, requireOperands } from './print.js';

type Options = Invocation<ClusterOptions | 'output'>;

/** `kubectl haos plan NODE`: prints what a node would change. */
export async function runFleetPlan(invocation: Options, context: Context): Promise<ExitStatus> {
  const state = await readState(invocation, context);
  const plan = state.status?.plan;
  const node = state.metadata.name;
  const drain =
    plan?.action === 'Reboot' ? await readDrain(node, openKubectl(invocation, context)) : undefined;
  print(invocation, context, {
    value: { node, plan: plan ?? null, ...(drain && { drain }) },
    text: formatPlan(state) + (drain ? formatDrain(drain) : ''),
  });
  return hasChanges(plan) ? EXIT.changes : EXIT.done;
}

/** Returns the pods that have to leave a node before it reboots. */
async function readDrain(node: string, kubectl: Kubectl) {
  const everywhere = '--all-namespaces';
  const pods = await kubectl.list<PodWithConditions>('pods', [
    everywhere,
    `--field-selector=spec.nodeName=${node}`,
  ]);
  return previewDrain(pods, await kubectl.list<Budget>('poddisruptionbudgets.policy', [everywhere]));
}

/** `kubectl haos diff NODE`: prints the planned changes of files. */
export async function runFleetDiff(invocation: Options, context: Context): Promise<ExitStatus> {
  const state = await readState(invocation, context);
  const plan = state.status?.plan;
  const changes = plan?.operations.filter(({ diff }) => diff !== undefined) ?? [];
  print(invocation, context, { value: { node: state.metadata.name, changes }, text: formatDiff(state) });
  return hasChanges(plan) ? EXIT.changes : EXIT.done;
}

/** `kubectl haos drift [NODE]`: prints what differs from what HAOS wrote. */
export async function runFleetDrift(invocation: Options, context: Context): Promise<ExitStatus> {
  const [name, ...more] = invocation.operands;
  if (more.length > 0) throw usageError('drift takes one NODE, or none for all');
  const kubectl = openKubectl(invocation, context);
  const states =
    name === undefined
      ? await kubectl.list<NodeState>('nodestates.haos.io')
      : [await kubectl.get<NodeState>('nodestates.haos.io', name)];
  const drift = states.map(({ metadata, status }) => ({ node: metadata.name, drift: status?.drift ?? [] }));
  print(invocation, context, { value: { nodes: drift }, text: formatDrift(states) });
  return EXIT.done;
}

/** `kubectl haos explain NODE [KEY]`: prints which NodeConfig a value is from. */
export async function runFleetExplain(invocation: Options, context: Context): Promise<ExitStatus> {
  const [name, key, ...more] = invocation.operands;
  if (name === undefined || more.length > 0) throw usageError('explain takes a NODE and a KEY');
  const kubectl = openKubectl(invocation, context);
  const node = await kubectl.get<FleetObjects['nodes'][number]>('node', name);
  const explanations = explainNode(node, await kubectl.list<NodeConfig>('nodeconfigs.haos.io'), key);
  if (explanations === undefined) throw usageError(`${JSON.stringify(key)} is not a key`);
  print(invocation, context, { value: { explanations }, text: formatExplanations(explanations) });
  return EXIT.done;
}

async function readState(invocation: Invocation<ClusterOptions>, context: Context): Promise<NodeState> {
  const [name = ''] = requireOperands(invocation.operands, ['a NODE']);
  return openKubectl(invocation, context).get<NodeState>('nodestates.haos.io', name);
}
