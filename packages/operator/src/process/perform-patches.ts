import { isUnreachable } from '../api/api-error.js';
import type { Patch } from '../controller/patch.js';
import { NODE_LABEL } from '../objects/names.js';

export interface QueueOptions {
  readonly perform: (patch: Patch) => Promise<void>;
  /** Asked before each patch; no more patches are performed after it returned false. */
  readonly mayGoOn: () => boolean;
  readonly onResult: (patch: Patch, error: unknown) => void;
  /** How many nodes are worked on at once. Default 8. */
  readonly concurrency?: number;
}

/**
 * Performs patches in their order. Patches of different nodes may run at the same time; those of
 * one node, and those of no node, do not. After a failure the other patches of that node are left
 * out, because they may depend on it; if the API server cannot be reached, all are. Returns whether
 * all patches were performed. Never rejects.
 */
export async function performPatches(patches: readonly Patch[], options: QueueOptions): Promise<boolean> {
  const state = { isComplete: true, isCut: false };
  let batch = new Map<string, Patch[]>();
  const flush = async () => {
    const queues = [...batch.values()];
    batch = new Map();
    const work = async () => {
      for (let queue = queues.shift(); queue !== undefined; queue = queues.shift())
        await performQueue(queue, options, state);
    };
    await Promise.all(Array.from({ length: options.concurrency ?? 8 }, work));
  };
  for (const patch of patches) {
    const node = nodeOf(patch);
    if (node !== undefined) {
      batch.set(node, [...(batch.get(node) ?? []), patch]);
      continue;
    }
    await flush();
    await performQueue([patch], options, state);
  }
  await flush();
  return state.isComplete;
}

async function performQueue(
  queue: readonly Patch[],
  { perform, mayGoOn, onResult }: QueueOptions,
  state: { isComplete: boolean; isCut: boolean },
): Promise<void> {
  for (const patch of queue) {
    if (state.isCut || !mayGoOn()) {
      state.isComplete = false;
      return;
    }
    try {
      await perform(patch);
      onResult(patch, undefined);
    } catch (error) {
      onResult(patch, error);
      state.isComplete = false;
      state.isCut ||= isUnreachable(error);
      return;
    }
  }
}

/** Returns the node that a patch is about; undefined if it is about several or none. */
export function nodeOf(patch: Patch): string | undefined {
  if (patch.kind === 'drain' || patch.kind === 'cordon') return patch.node;
  if (patch.kind === 'event')
    return ['Node', 'NodeState'].includes(patch.regarding.kind) ? patch.regarding.metadata.name : undefined;
  const { kind, metadata } = patch.object;
  return kind === 'Node' || kind === 'NodeState' ? metadata.name : metadata.labels?.[NODE_LABEL];
}
