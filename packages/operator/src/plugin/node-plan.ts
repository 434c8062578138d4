import type { NodeAction, NodePlan, NodeState } from '../objects/node-state.js';
import { formatTable } from './format-table.js';

/** Formats what a node would change, for people. */
export function formatPlan({ metadata, status }: NodeState): string {
  const { plan, config, issues = [] } = status ?? {};
  const lines = issues.map(({ severity, code, message, origin }) =>
    `${severity}: ${message} [${code}] ${origin ?? ''}`.trimEnd(),
  );
  const notes = lines.map((line) => `${line}\n`).join('');
  if (plan === undefined) return `${notes}${metadata.name} has not planned yet\n`;
  if (!hasChanges(plan)) return `${notes}${metadata.name}: nothing would change\n`;
  const rows = plan.operations.map(({ what, target }) => [`  ${what}`, target]);
  const more = plan.more ? `  and ${plan.more} more\n` : '';
  const waits = config?.result === 'Waiting' ? '; it waits for a Rollout' : '';
  return `${notes}${metadata.name}: ${EFFECTS[plan.action]}${waits}\n${formatTable(rows)}${more}`;
}

/** Returns whether applying a plan would change anything. */
export function hasChanges(plan: NodePlan | undefined): boolean {
  return plan !== undefined && plan.operations.length > 0;
}

const EFFECTS: Readonly<Record<NodeAction, string>> = {
  None: 'no service is affected',
  Reload: 'settings are loaded again',
  Restart: 'k3s restarts',
  Reboot: 'the node reboots',
};

/** Formats the planned content of files, as unified diffs. */
export function formatDiff({ status }: NodeState): string {
  return (status?.plan?.operations ?? [])
    .flatMap(({ diff }) => (diff === undefined ? [] : [diff.endsWith('\n') ? diff : `${diff}\n`]))
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
