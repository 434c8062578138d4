// `npm start`: runs the image in virtual machines, with the first in this terminal, or prints a
// report without a terminal.
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Accelerator, accelerate } from './accelerator.js';
import { buildIso, hasK3s, liveArguments } from './live-iso.js';
import { reportNode } from './report-node.js';
import { StepFailure, step } from './run.mjs';
import { runInTerminal } from './run-in-terminal.js';
import { hasTerminal, isLive, readStartOptions, type StartOptions } from './start-options.mjs';
import { StartedCluster } from './started-cluster.js';

const GIGABYTE = 1_000_000_000;

async function main(root: string): Promise<number> {
  const options = readStartOptions(process.argv.slice(2), hasTerminal(), process.env);
  const directory = join(root, '.cache/start');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const disk = join(directory, 'disk');
  if (options.disk && !isBootable(disk)) {
    throw new StepFailure('HAOS is not installed on the disk yet; run npm start -- haos.mode=install');
  }
  makeDisk(disk);
  const iso = options.disk ? undefined : await buildIso(root, ['--kernel', 'cloud', ...options.builder]);
  if (options.nodes > 1 && iso !== undefined && !hasK3s(iso)) {
    throw new StepFailure(
      '--nodes needs k3s, which this image does not have; the lines above say how to add it',
    );
  }
  return accelerate((accelerator) => run(options, { directory, disk, iso, accelerator }));
}

interface Setting {
  directory: string;
  disk: string;
  /** Undefined if the disk boots. */
  iso: string | undefined;
  accelerator: Accelerator;
}

async function run(options: StartOptions, { directory, disk, iso, accelerator }: Setting): Promise<number> {
  const cluster = new StartedCluster(options, {
    accelerator,
    kubeconfig: join(directory, 'kubeconfig'),
    memory: totalmem(),
    // Only the first has the disk.
    boot: ({ name, words }) => [
      ...(iso === undefined ? [] : liveArguments(iso, join(directory, name), words)),
      ...(name === 'node1' ? ['-drive', `file=${disk},format=raw,if=virtio`] : []),
    ],
  });
  const ended = endWith(cluster);
  try {
    if (!hasTerminal()) return await step('boot, and check from inside', () => reportNode(cluster));
    const kind = isLive(options.words) ? 'live' : 'other';
    return await runInTerminal(cluster, options.disk ? 'disk' : kind);
  } finally {
    await cluster.stop();
    ended();
  }
}

/** Stops the machines when a signal ends this program. Returns a function that undoes this. */
function endWith(cluster: StartedCluster): () => void {
  const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  const handlers = Object.entries(statuses).map(
    ([signal, status]) =>
      [signal, () => void cluster.stop().then(() => process.exit(status))] as [NodeJS.Signals, () => void],
  );
  for (const [signal, handler] of handlers) process.once(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.removeListener(signal, handler);
  };
}

/** A machine with an empty disk would print nothing. */
function isBootable(disk: string): boolean {
  if (!existsSync(disk)) return false;
  const sector = Buffer.alloc(512);
  const descriptor = openSync(disk, 'r');
  readSync(descriptor, sector);
  closeSync(descriptor);
  return sector.readUInt16BE(510) === 0x55aa;
}

/** Creates a sparse file, which takes only the space that is written. */
function makeDisk(path: string): void {
  if (existsSync(path)) return;
  const descriptor = openSync(path, 'a');
  ftruncateSync(descriptor, 8 * GIGABYTE);
  closeSync(descriptor);
}

try {
  // Exits at once: the machines have ended, and a wait for Kubernetes may still be pending.
  process.exit(await main(fileURLToPath(new URL('..', import.meta.url))));
} catch (error) {
  if (!(error instanceof StepFailure)) throw error;
  console.log(error.message);
  process.exit(error.status);
}
