import { createRedactor } from '@haos/host';
import type { NodeParts } from '../objects/node-parts.js';
import type { NodePlan, NodeStateStatus } from '../objects/node-state.js';
import type { PlanOutput } from './node-plan.js';

/**
 * Returns the texts from Secrets that nothing may show: those of the parts, and those of earlier
 * parts, which the diff of a file shows as what goes away.
 */
export function hiddenTexts(parts: NodeParts | undefined, earlier: readonly string[] = []): string[] {
  const current = parts?.parts.flatMap(({ secrets = [] }) => secrets) ?? [];
  return [...new Set([...current, ...earlier])];
}

/** Returns a plan without the diffs that have such a text; before anything is made of it. */
export function hideInPlan(output: PlanOutput, hidden: readonly string[]): PlanOutput {
  return {
    ...output,
    steps: output.steps.map((step) => ({
      ...step,
      changes: step.changes.map((change) =>
        hasHidden(change.diff, hidden) ? { ...change, diff: undefined } : change,
      ),
    })),
  };
}

function hasHidden(text: string | undefined, hidden: readonly string[]): boolean {
  return text !== undefined && hidden.some((secret) => text.includes(secret));
}

/** Returns a status in which no message has such a text. */
export function hideInStatus(status: NodeStateStatus, hidden: readonly string[]): NodeStateStatus {
  const redact = createRedactor(hidden);
  const { config, issues, phases, plan, upgrade, conditions } = status;
  return {
    ...status,
    ...(config && { config: { ...config, ...(config.message && { message: redact(config.message) }) } }),
    ...(issues && { issues: issues.map((issue) => ({ ...issue, message: redact(issue.message) })) }),
    ...(phases && {
      phases: phases.map((one) => ({ ...one, ...(one.message && { message: redact(one.message) }) })),
    }),
    ...(plan && { plan: redactTargets(plan, redact) }),
    ...(upgrade && { upgrade: { ...upgrade, ...(upgrade.message && { message: redact(upgrade.message) }) } }),
    ...(conditions && { conditions: conditions.map((one) => ({ ...one, message: redact(one.message) })) }),
  };
}

function redactTargets(plan: NodePlan, redact: (text: string) => string): NodePlan {
  return { ...plan, operations: plan.operations.map((one) => ({ ...one, target: redact(one.target) })) };
}
