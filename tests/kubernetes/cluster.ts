import type { Machine } from '../vm/machine.js';
import { BUSYBOX_IMAGE } from './container-images.js';

/**
 * Seconds until a node must be Ready after the start of its kernel, emulated and with another
 * machine beside it.
 */
export const READY_LIMIT = 1800;

/** The fields of `kubectl ... --output json` that the scenarios use. */
export interface KubernetesObject {
  metadata: { name: string; uid: string; labels: Record<string, string> };
  spec: {
    unschedulable?: boolean;
    taints?: { key: string; value?: string; effect: string }[];
    nodeName?: string;
  };
  status: {
    podIP?: string;
    phase?: string;
    conditions?: { type: string; status: string }[];
    nodeInfo?: { kubeletVersion: string; bootID: string };
  };
}

/** Runs kubectl as root on a server; fails if kubectl fails. */
export function kubectl(machine: Machine, command: string, seconds = 120): Promise<string> {
  return machine.read(`kubectl ${command}`, seconds);
}

export async function getObject(machine: Machine, what: string): Promise<KubernetesObject> {
  return JSON.parse(await kubectl(machine, `get ${what} --output json`)) as KubernetesObject;
}

/** Repeats the command every few seconds until it succeeds. Returns the output of the last run. */
export async function retry(machine: Machine, command: string, seconds: number): Promise<string> {
  const script = `end=$(($(date +%s) + ${seconds})); until out=$(${command} 2>&1); do
    [ "$(date +%s)" -lt "$end" ] || { echo "$out"; exit 1; }; sleep 3; done; echo "$out"`;
  return machine.read(`sh -c '${script.replaceAll("'", "'\\''")}'`, seconds + 60);
}

/** Waits until a node is Ready for Kubernetes. */
export async function waitUntilReady(machine: Machine, node: string, seconds = READY_LIMIT): Promise<void> {
  await retry(machine, `kubectl wait node ${node} --for=condition=Ready --timeout=30s`, seconds);
}

/** Applies manifests. */
export async function applyManifests(machine: Machine, ...manifests: readonly object[]): Promise<void> {
  for (const manifest of manifests) {
    const text = JSON.stringify(manifest).replaceAll("'", "'\\''");
    await retry(machine, `printf %s '${text}' | kubectl apply --filename -`, 120);
  }
}

/** Returns a pod with busybox; `spec` adds to its specification. */
export function busyboxPod(
  name: string,
  command: readonly string[],
  spec: object = {},
  container: object = {},
) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: BUSYBOX_IMAGE, imagePullPolicy: 'Never', command, ...container }],
      ...spec,
    },
  };
}

/** Waits until a pod is Ready and returns its address. */
export async function waitForPod(machine: Machine, name: string, seconds = 900): Promise<string> {
  await retry(machine, `kubectl wait pod ${name} --for=condition=Ready --timeout=30s`, seconds);
  return (await getObject(machine, `pod ${name}`)).status.podIP ?? '';
}
