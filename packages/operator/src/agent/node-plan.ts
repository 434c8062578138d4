import type { Plan } from '@haos/cc';
import { digest } from '../config/digest.js';
import {
  MAX_OPERATIONS,
  type NodeAction,
  type NodePlan,
  type PlannedOperation,
} from '../objects/node-state.js';

/** The output of `haos config put --plan --format json`. */
export interface PlanOutput extends Omit<Plan, 'issues'> {
  /** Keys that only the next boot completes. */
  readonly needBoot?: readonly string[];
}

/** The node does not do what these mean before it has booted. The others leave something. */
const REBOOTS = ['init_cmd', 'boot_cmd', 'haos.network'];

/** The service whose restart interrupts Kubernetes. */
const K3S = 'k3s-service';

/** The longest diff, in characters. */
const LONGEST_DIFF = 4096;

/** Returns the plan of a node for its NodeState. What it is made of has no secrets. */
export function toNodePlan(output: PlanOutput, wanted: string): NodePlan {
  const operations = operationsOf(output);
  const action = actionOf(output);
  const more = operations.length - MAX_OPERATIONS;
  return {
    wanted,
    hash: digest({ action, operations }),
    action,
    operations: operations.slice(0, MAX_OPERATIONS).map(shorten),
    ...(more > 0 && { more }),
  };
}

function actionOf({ restarts, needBoot = [] }: PlanOutput): NodeAction {
  if (needBoot.some((key) => REBOOTS.includes(key))) return 'Reboot';
  if (restarts.includes(K3S)) return 'Restart';
  return restarts.length > 0 ? 'Reload' : 'None';
}

function operationsOf({ steps, restarts, needBoot = [] }: PlanOutput): PlannedOperation[] {
  return [
    ...steps.flatMap(({ changes, actions }) => [
      ...changes.map(({ action, kind, target, diff }) => ({
        what: `${action} ${NOUNS[kind] ?? 'file'}`,
        target,
        ...(diff !== undefined && { diff }),
      })),
      ...actions
        .filter((target) => !target.startsWith('rc-service '))
        .map((target) => ({ what: 'run', target })),
    ]),
    ...restarts.map((target) => ({ what: 'restart service', target })),
    ...needBoot.map((target) => ({ what: 'complete at the next boot', target })),
  ];
}

const NOUNS: Readonly<Record<string, string>> = {
  'make-directory': 'directory',
  link: 'link',
  'set-attributes': 'attributes',
  'set-hostname': 'host name',
  'set-sysctl': 'kernel setting',
  'load-module': 'kernel module',
};

function shorten(operation: PlannedOperation): PlannedOperation {
  const { diff } = operation;
  if (diff === undefined || diff.length <= LONGEST_DIFF) return operation;
  const kept = diff.slice(0, LONGEST_DIFF - 4);
  return { ...operation, diff: `${kept.slice(0, kept.lastIndexOf('\n') + 1)}...` };
}
