import { isStatus } from '../api/api-error.js';
import type { ApiClient } from '../api/client.js';
import { setCordon } from '../api/cordon.js';
import { type Reporter, recordEvent } from '../api/events.js';
import { drainNode, type Pod } from '../api/eviction.js';
import { applyObject, deleteObject } from '../api/objects.js';
import type { Patch } from '../controller/patch.js';
import type { DrainState } from '../controller/snapshot.js';
import type { KubernetesObject } from '../objects/metadata.js';

export interface PerformContext {
  readonly client: ApiClient;
  readonly reporter: Reporter;
  /** Pods of the operator itself, which no drain evicts. */
  readonly isOwn: (pod: Pod) => boolean;
  /** Breaks off the request; it may have had its effect. */
  readonly signal: AbortSignal;
  /** Called with the object as the API server stored it. */
  readonly onStored: (object: KubernetesObject) => void;
  /** Called with what a drain left. */
  readonly onDrained: (node: string, state: DrainState) => void;
}

/** Milliseconds: no more than another leader waits after the work of this one must end. */
const TIMEOUT = 10_000;

/** Performs one patch; throws as `ApiClient.call` does. */
export async function performPatch(context: PerformContext, patch: Patch): Promise<void> {
  const { client, signal } = context;
  switch (patch.kind) {
    case 'apply':
      context.onStored(await applyObject(client, patch.object, { ...patch, timeout: TIMEOUT, signal }));
      return;
    case 'cordon':
      context.onStored(await setCordon(client, patch, { timeout: TIMEOUT, signal }));
      return;
    case 'delete':
      return deleteObject(client, patch.object, signal);
    case 'drain':
      context.onDrained(patch.node, await drainNode(client, patch.node, context));
      return;
    case 'event':
      // An Event informs; that it is missing must not hold up anything.
      await recordEvent(client, patch, context.reporter, signal).catch((error: unknown) => {
        if (!isStatus(error, 403, 404, 422)) throw error;
      });
  }
}
