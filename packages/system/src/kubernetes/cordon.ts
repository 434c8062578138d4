import type { Host, RunResult } from '@haos/host';
import { HaosError, isHaosError } from '@haos/host';
import { withCleanUp } from '@haos/host/internal';
import { inRootOf, layout } from '../layout.js';
import { findKubeconfig } from './kubeconfig.js';

export interface DrainOptions {
  /** The node's name in Kubernetes. */
  node: string;
  /** A kubectl, and the arguments that come first, whose account may drain nodes. */
  kubectl: readonly [command: string, ...args: string[]];
  /** The environment of that kubectl. */
  env?: Readonly<Record<string, string>>;
  /** The system directory of the node, such as `/host/haos/system`. */
  directory: string;
}

/** How long pods may take to end. */
const DRAIN_TIMEOUT = '30m';
/** A minute more, in milliseconds: kubectl itself gives up first. */
const DRAIN_LIMIT = 31 * 60_000;
/** Of any other question to the API, in milliseconds. */
const ASK_LIMIT = 60_000;

/** The pods of the upgrade controller's jobs do the upgrade. */
const NOT_OF_THE_CONTROLLER = '!upgrade.cattle.io/controller';

/**
 * Keeps new pods off a node and evicts those that run there. The node remembers that an upgrade did this, and lets pods back
 * itself when it is healthy again (`uncordonNode`); a node that was cordoned before stays so. When pods do not end within
 * half an hour they are let back, and it fails (HAOS_COMMAND_FAILED).
 */
export async function drainNode(host: Host, { node, kubectl, env, directory }: DrainOptions): Promise<void> {
  const [command, ...first] = kubectl;
  const run = (args: readonly string[], timeout = ASK_LIMIT) =>
    host.run(command, [...first, ...args], { timeout, ...(env && { env }) });
  const note = cordonNote(directory);
  const { stdout } = await run(['get', 'node', node, '--output=jsonpath={.spec.unschedulable}']);
  const wasCordoned = stdout.trim() === 'true' && host.files.stat(note) === undefined;
  if (!wasCordoned) host.files.write(note, `${node}\n`, { mode: 0o600 });
  await withCleanUp(async (cleanUp) => {
    cleanUp.onError(async () => {
      if (wasCordoned) return;
      await run(['uncordon', node]);
      host.files.remove(note);
    });
    await run(['drain', node, ...DRAIN_ARGS], DRAIN_LIMIT);
  });
}

/** As the upgrade controller drains: volumes of a pod's own go with it, and so do pods that nothing starts anew. */
const DRAIN_ARGS = [
  '--ignore-daemonsets',
  '--delete-emptydir-data',
  '--force',
  `--pod-selector=${NOT_OF_THE_CONTROLLER}`,
  `--timeout=${DRAIN_TIMEOUT}`,
] as const;

/** How often the API is asked, and how long it is left alone after a failure, in milliseconds. */
const ATTEMPTS = 5;
const PAUSE = 5_000;

/**
 * Lets pods back to this machine's node where an upgrade drained it; does nothing otherwise. Resolves to whether it did. A node may
 * change its own object, so that an agent needs no more than its own credentials. HAOS_COMMAND_FAILED when the API does not
 * do it; the next call tries again. Needs root.
 */
export async function uncordonNode(host: Host): Promise<boolean> {
  const node = host.files.readTextIfExists(layout.upgradeCordon)?.trim();
  if (node === undefined) return false;
  await retry(host, () => askOwnApi(host, ['uncordon', node]));
  host.files.remove(layout.upgradeCordon);
  return true;
}

function askOwnApi(host: Host, args: readonly string[]): Promise<RunResult> {
  const kubeconfig = findKubeconfig(host);
  if (kubeconfig === undefined)
    throw new HaosError('HAOS_COMMAND_FAILED', 'k3s has not written a kubeconfig yet', {
      hint: 'Wait until k3s runs, and call it again.',
    });
  return host.run('k3s', ['kubectl', ...args, '--kubeconfig', kubeconfig], { timeout: ASK_LIMIT });
}

async function retry(host: Host, ask: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!isHaosError(error) || attempt === ATTEMPTS) throw error;
      await host.clock.sleep(PAUSE);
    }
  }
}

function cordonNote(directory: string): string {
  return inRootOf(directory, layout.upgradeCordon) ?? layout.upgradeCordon;
}
