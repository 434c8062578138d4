import type { Host } from '@haos/host';
import { SERVER_KUBECONFIG } from './kubeconfig.js';
import { isNodeReady, type NodeHealth, readNodeHealth } from './node-health.js';

export interface AwaitNodeOptions {
  /** How long to wait, in milliseconds. */
  timeout: number;
  signal?: AbortSignal;
}

/** The pause between two checks, in milliseconds. */
const PAUSE = 10_000;
/** How long the kubelet of an agent must be healthy if no server answers, in milliseconds. */
const ALONE = 120_000;

/**
 * Waits until the node of this machine works and resolves to its health; after the timeout, to the
 * last health seen. `isReady` distinguishes the two. Needs root.
 */
export async function awaitNode(
  host: Host,
  { timeout, signal }: AwaitNodeOptions,
): Promise<NodeHealth & { isReady: boolean }> {
  const { clock } = host;
  const end = clock.now() + timeout;
  let aliveSince: number | undefined;
  for (;;) {
    const health = await readNodeHealth(host);
    const now = clock.now();
    aliveSince = health.kubelet === 'ok' ? (aliveSince ?? now) : undefined;
    const isServer = host.files.stat(SERVER_KUBECONFIG)?.type === 'file';
    const isReady = isWorking(health, { isServer, aliveFor: now - (aliveSince ?? now) });
    if (isReady || now >= end) return { ...health, isReady };
    await clock.sleep(Math.min(PAUSE, end - now), signal);
  }
}

/** Facts about a node in addition to its health. */
export interface NodeFacts {
  /** Whether the API runs on this machine. */
  isServer: boolean;
  /** How long the kubelet has been healthy, in milliseconds. */
  aliveFor: number;
}

/**
 * Returns whether a node works: the kubelet and the API say so. An agent is not to blame if no
 * server answers: its kubelet alone is enough after two minutes. An answer of the API without a
 * version does not count as an answer.
 */
export function isWorking(
  health: Pick<NodeHealth, 'kubelet' | 'node' | 'version'>,
  { isServer, aliveFor }: NodeFacts,
): boolean {
  if (isNodeReady(health)) return true;
  const isAlone = !isServer && health.node === 'unknown' && health.version === undefined;
  return isAlone && health.kubelet === 'ok' && aliveFor >= ALONE;
}
