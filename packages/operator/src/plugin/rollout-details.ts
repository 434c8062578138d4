import type { NodeState } from '../objects/node-state.js';
import type { NodeStep, Rollout } from '../objects/rollout.js';
import { stepOf } from '../rollout/node-step.js';
import { describeRollout, formatRollouts, type RolloutRow } from './fleet-status.js';
import { formatTable } from './format-table.js';

export interface RolloutDetails extends RolloutRow {
  /** What a person has to approve. */
  readonly planHash: string | null;
  readonly steps: readonly (NodeStep & { readonly node: string })[];
}

/** Returns a rollout with where each of its nodes is. */
export function describeRolloutDetails(rollout: Rollout, states: readonly NodeState[]): RolloutDetails {
  const steps = states.flatMap((state) => {
    const step = stepOf(state);
    return step?.rollout === rollout.metadata.name ? [{ node: state.metadata.name, ...step }] : [];
  });
  return { ...describeRollout(rollout), planHash: rollout.status?.planHash ?? null, steps };
}

export function formatRolloutDetails(details: RolloutDetails): string {
  const rows = details.steps.map(({ node, wave, step, since, reason }) => [
    ...[node, `${wave}`, step, since, reason ?? ''],
  ]);
  const nodes =
    rows.length === 0 ? '' : `\n${formatTable([['NODE', 'WAVE', 'STEP', 'SINCE', 'REASON'], ...rows])}`;
  return formatRollouts([details]) + nodes;
}
