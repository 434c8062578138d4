import type { NodeAction, NodePlan, NodeState, NodeStateStatus } from '../objects/node-state.js';
import { formatTable } from './format-table.js';

/** Formats what a node would change, for people. */
export function formatPlan({ metadata, status }: NodeState): string {
  const { plan, issues = [] } = status ?? {};
  const lines = issues.map(({ severity, code, message, origin }) =>
    `${severity}: ${message} [${code}] ${origin ?? ''}`.trimEnd(),
  );
  const notes = lines.map((line) => `${line}\n`).join('');
  if (plan === undefined) return `${notes}${metadata.name} has not planned yet\n`;
  if (!hasChanges(plan)) return `${notes}${metadata.name}: nothing would change\n`;
  const rows = plan.operations.map(({ what, target }) => [`  ${what}`, target]);
  const more = plan.more ? `  and ${plan.more} more\n` : '';
  const waits = isWaiting(status) ? '; it waits for a Rollout' : '';
  return `${notes}${metadata.name}: ${EFFECTS[plan.action]}${waits}\n${formatTable(rows)}${more}`;
}

/** Returns whether applying a plan would change anything. */
export function hasChanges(plan: NodePlan | undefined): boolean {
  return plan !== undefined && plan.operations.length > 0;
}

/** Returns whether a node has a plan that it may not carry out yet. */
export function isWaiting({ config, plan }: NodeStateStatus = {}): boolean {
  const isPlanned = config?.result === 'Applied' && config.applied !== plan?.wanted && hasChanges(plan);
  return isPlanned || config?.result === 'Waiting';
}

const EFFECTS: Readonly<Record<NodeAction, string>> = {
  None: 'no service is affected',
  Reload: 'settings are loaded again',
  Restart: 'k3s restarts',
  Reboot: 'the node reboots',
};

/** Formats what would change in detail: a line that names it, and its diff. */
export function formatDiff({ status }: NodeState): string {
  return (status?.plan?.operations ?? [])
    .flatMap(({ what, target, diff }) => (diff === undefined ? [] : [`${what} ${target}`, diff.trimEnd()]))
    .map((line) => `${line}\n`)
    .join('');
}

/** Formats what differs on nodes from what HAOS wrote there, by node. */
export function formatDrift(states: readonly NodeState[]): string {
  const rows = states.flatMap(({ metadata, status }) =>
    (status?.drift ?? []).map(({ path, kind, owner }) => [metadata.name, kind, path, owner ?? '-']),
  );
  return rows.length === 0
    ? 'nothing has drifted\n'
    : formatTable([['NODE', 'DRIFT', 'FILE', 'FROM'], ...rows]);
}
