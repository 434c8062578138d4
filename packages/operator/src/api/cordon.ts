import type { CordonPatch } from '../controller/patch.js';
import type { Node } from '../objects/metadata.js';
import { ANNOTATIONS, type FieldManager } from '../objects/names.js';
import type { ApiClient } from './client.js';
import { pathOf, RESOURCES } from './resource.js';

const MANAGER: FieldManager = 'haos-cordon';

/**
 * Cordons a node or takes the cordon back, and returns the Node as stored. It is a merge patch,
 * because server-side apply drops the whole `spec`, taints included, when a manager gives up its
 * only field and no other manager owns one.
 */
export function setCordon(
  client: ApiClient,
  { node, resourceVersion, rollout }: CordonPatch,
  options: { readonly timeout?: number; readonly signal?: AbortSignal } = {},
): Promise<Node> {
  const annotations = { [ANNOTATIONS.cordonedBy]: rollout ?? null };
  return client.call<Node>({
    method: 'PATCH',
    path: pathOf(RESOURCES.node, { name: node }),
    query: { fieldManager: MANAGER },
    contentType: 'application/merge-patch+json',
    body: {
      metadata: { annotations, ...(resourceVersion !== undefined && { resourceVersion }) },
      spec: { unschedulable: rollout === undefined ? null : true },
    },
    ...options,
  });
}
