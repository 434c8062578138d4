import type { Host } from '@haos/host';
import { SERVER_KUBECONFIG } from './kubeconfig.js';
import { isNodeReady, type NodeHealth, readNodeHealth } from './node-health.js';

export interface AwaitNodeOptions {
  /** How long to wait, in milliseconds. */
  timeout: number;
  signal?: AbortSignal;
}

/** Between two questions, in milliseconds. */
const PAUSE = 10_000;
/** How long the kubelet of an agent has to work while no server answers, in milliseconds. */
const ALONE = 120_000;

/**
 * Waits until the node of this machine works, and resolves to its health then; to the last one when the time is over. `isReady` says
 * which. Needs root.
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

/** What is known beside the health of a node. */
export interface NodeFacts {
  /** The API is on this machine. */
  isServer: boolean;
  /** How long the kubelet has said that it works, in milliseconds. */
  aliveFor: number;
}

/**
 * Whether a node works: the kubelet and the API say so. That no server answers is not the fault of an agent: its kubelet
 * is then believed after two minutes. An answer of the API that names no version is none.
 */
export function isWorking(
  health: Pick<NodeHealth, 'kubelet' | 'node' | 'version'>,
  { isServer, aliveFor }: NodeFacts,
): boolean {
  if (isNodeReady(health)) return true;
  const isAlone = !isServer && health.node === 'unknown' && health.version === undefined;
  return isAlone && health.kubelet === 'ok' && aliveFor >= ALONE;
}
