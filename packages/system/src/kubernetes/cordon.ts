import type { Host, RunResult } from '@haos/host';
import { HaosError, isHaosError } from '@haos/host';
import { withCleanUp } from '@haos/host/internal';
import { inRootOf, layout } from '../layout.js';
import { findKubeconfig } from './kubeconfig.js';

export interface DrainOptions {
  /** The node's name in Kubernetes. */
  node: string;
  /** A kubectl command with its first arguments. Its account must be allowed to drain nodes. */
  kubectl: readonly [command: string, ...args: string[]];
  /** The environment of that kubectl. */
  env?: Readonly<Record<string, string>>;
  /** The system directory of the node, such as `/host/haos/system`. */
  directory: string;
}

/** How long pods may take to terminate. */
const DRAIN_TIMEOUT = '30m';
/** In milliseconds. One minute longer, so that kubectl itself gives up first. */
const DRAIN_LIMIT = 31 * 60_000;
/** For any other request to the API, in milliseconds. */
const ASK_LIMIT = 60_000;

/** Do not evict the pods of the upgrade controller: they run the upgrade. */
const NOT_OF_THE_CONTROLLER = '!upgrade.cattle.io/controller';

/**
 * Cordons a node and evicts its pods. The node records that an upgrade did this, and uncordons
 * itself when it is healthy again (`uncordonNode`). A node that was cordoned before stays cordoned.
 * If pods do not terminate within half an hour, it uncordons the node and throws
 * HAOS_COMMAND_FAILED.
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

/**
 * As the upgrade controller drains: also deletes emptyDir volumes, and pods that no controller
 * restarts.
 */
const DRAIN_ARGS = [
  '--ignore-daemonsets',
  '--delete-emptydir-data',
  '--force',
  `--pod-selector=${NOT_OF_THE_CONTROLLER}`,
  `--timeout=${DRAIN_TIMEOUT}`,
] as const;

/** The number of attempts, and the pause after a failed one in milliseconds. */
const ATTEMPTS = 5;
const PAUSE = 5_000;

/**
 * Uncordons the node of this machine if an upgrade drained it, and does nothing otherwise. Resolves
 * to whether it did. A node may change its own object, so an agent needs only its own credentials.
 * Throws HAOS_COMMAND_FAILED if the API does not do it; the next call tries again. Needs root.
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
      hint: 'Wait until k3s is running, then try again.',
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
