import type { Patch } from '../controller/patch.js';
import type { KubernetesObject } from '../objects/metadata.js';
import { ANNOTATIONS, API_VERSION } from '../objects/names.js';
import { type NodeStep, STEPS, type StepName } from '../objects/rollout.js';

/** Steps in which a node is being changed. */
const ACTIVE: readonly StepName[] = ['Drain', 'Apply', 'RollBack'];

/** Steps of a node that failed. */
const FAILED: readonly StepName[] = ['Failed', 'RollBack', 'RolledBack', 'RollBackFailed'];

/** Returns where a node is in a rollout; undefined if nowhere, or if a person damaged the note. */
export function stepOf({ metadata }: KubernetesObject): NodeStep | undefined {
  const text = metadata.annotations?.[ANNOTATIONS.step];
  if (text === undefined) return undefined;
  try {
    const step = JSON.parse(text) as NodeStep;
    return STEPS.includes(step?.step) && typeof step.rollout === 'string' && typeof step.target === 'string'
      ? step
      : undefined;
  } catch {
    return undefined;
  }
}

export function isActive(step: NodeStep | undefined): boolean {
  return step !== undefined && ACTIVE.includes(step.step);
}

/** Returns whether a node failed, or its wave did, whatever became of it since. */
export function hasFailed(step: NodeStep | undefined): boolean {
  return step !== undefined && (FAILED.includes(step.step) || step.rollBack === true);
}

/** Returns the patch that notes where a node is; `uid` is that of its NodeState. */
export function notePatch(name: string, uid: string | undefined, step: NodeStep): Patch {
  return {
    kind: 'apply',
    manager: 'haos-rollout',
    object: {
      apiVersion: API_VERSION,
      kind: 'NodeState',
      metadata: { name, uid, annotations: { [ANNOTATIONS.step]: JSON.stringify(step) } },
    },
  };
}
