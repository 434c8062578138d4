import type { Condition, KubernetesObject } from '../objects/metadata.js';
import type { FieldManager } from '../objects/names.js';

/** One effect of the operator. They are performed in order; each can be performed again. */
export type Patch = ApplyPatch | CordonPatch | DeletePatch | DrainPatch | EventPatch;

/**
 * Server-side apply, forced. An object with a `uid` is never created: the API server answers 409 if
 * the object is gone or another.
 */
export interface ApplyPatch {
  readonly kind: 'apply';
  readonly manager: FieldManager;
  readonly object: KubernetesObject;
  readonly subresource?: 'status';
}

/**
 * Cordons a node and notes for whom, or takes both back. Nothing else of the Node changes. The API
 * server answers 409 if the Node is not at this version any more.
 */
export interface CordonPatch {
  readonly kind: 'cordon';
  readonly node: string;
  readonly resourceVersion?: string;
  /** The name of the Rollout; undefined: take the cordon back. */
  readonly rollout?: string;
}

/** Deletes the object with this `metadata.uid`. It is not an error if it is gone. */
export interface DeletePatch {
  readonly kind: 'delete';
  readonly object: KubernetesObject;
}

/**
 * Evicts the pods of a node, once; pods that a budget holds stay. What is left is in the next
 * snapshot.
 */
export interface DrainPatch {
  readonly kind: 'drain';
  readonly node: string;
}

/** An Event about an object, for `kubectl describe`. */
export interface EventPatch {
  readonly kind: 'event';
  readonly regarding: Pick<KubernetesObject, 'apiVersion' | 'kind'> & {
    readonly metadata: Pick<KubernetesObject['metadata'], 'name' | 'uid'>;
  };
  readonly type: 'Normal' | 'Warning';
  readonly reason: Condition['reason'];
  readonly message: string;
}
