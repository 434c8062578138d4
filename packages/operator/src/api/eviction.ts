import type { DrainState } from '../controller/snapshot.js';
import type { KubernetesObject } from '../objects/metadata.js';
import { isStatus } from './api-error.js';
import type { ApiClient } from './client.js';
import { listObjects } from './objects.js';
import { pathOf, RESOURCES } from './resource.js';

/** The part of a Pod that a drain reads. */
export interface Pod extends KubernetesObject {
  readonly status?: { readonly phase?: string };
}

/** The annotation of a pod that the kubelet made from a file. */
const MIRROR = 'kubernetes.io/config.mirror';

/**
 * Returns the pods that must leave a node before it restarts. The others stay: those of a
 * DaemonSet and of a file, which come back at once; finished ones; and those without a controller,
 * which no controller would start again elsewhere, while the kubelet starts them again on the node.
 * `isOwn`: pods of the operator itself stay, too.
 */
export function podsToEvict<P extends Pod>(pods: readonly P[], isOwn: (pod: P) => boolean): P[] {
  return pods.filter((pod) => {
    const { ownerReferences = [], annotations = {} } = pod.metadata;
    const controller = ownerReferences.find((owner) => owner.controller);
    const isFinished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (isFinished || isOwn(pod) || annotations[MIRROR] !== undefined) return false;
    return controller !== undefined && controller.kind !== 'DaemonSet';
  });
}

export interface DrainOptions {
  /** Pods of the operator itself. */
  readonly isOwn: (pod: Pod) => boolean;
  readonly signal?: AbortSignal;
}

/** Returns how far a node is drained, without evicting anything. */
export async function readDrain(client: ApiClient, node: string, options: DrainOptions): Promise<DrainState> {
  return { remaining: (await listLeaving(client, node, options)).length };
}

/**
 * Evicts the pods of a node once, and returns how far it is drained and what blocks it. Never
 * deletes a pod, so budgets hold; the caller repeats it, and gives up when it likes.
 */
export async function drainNode(client: ApiClient, node: string, options: DrainOptions): Promise<DrainState> {
  const leaving = await listLeaving(client, node, options);
  let remaining = 0;
  let blocked: DrainState['blocked'];
  for (const pod of leaving) {
    const outcome = await evict(client, pod, options.signal);
    if (outcome !== 'gone') remaining += 1;
    if (typeof outcome === 'object') blocked ??= outcome;
  }
  return { remaining, ...(blocked !== undefined && { blocked }) };
}

async function listLeaving(client: ApiClient, node: string, { isOwn, signal }: DrainOptions): Promise<Pod[]> {
  const selection = { fieldSelector: `spec.nodeName=${node}` };
  const { items } = await listObjects<Pod>(client, RESOURCES.pod, selection, signal);
  return podsToEvict(items, isOwn);
}

async function evict(
  client: ApiClient,
  pod: Pod,
  signal: AbortSignal | undefined,
): Promise<'gone' | 'leaving' | NonNullable<DrainState['blocked']>> {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) return 'leaving';
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid } }, // not a pod that came after it
  };
  const path = pathOf(RESOURCES.pod, { namespace, name, subresource: 'eviction' });
  try {
    await client.call({ method: 'POST', path, body, retries: 0, signal });
    return 'leaving';
  } catch (error) {
    if (isStatus(error, 404, 409)) return 'gone';
    // 429: a budget allows no eviction now. 500: two budgets hold the pod, which is a mistake.
    if (!isStatus(error, 429, 500, 403)) throw error;
    return { pod: `${namespace}/${name}`, message: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  const { details } = error as { details: { message: string; because?: string } };
  return details.because === undefined ? details.message : details.because;
}
