import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('service-space.sh', import.meta.url));

/** A root made from a root image, in which services run, without a kernel of its own. */
export interface ServiceSpace {
  /** Runs shell code in it and returns its output without the last line end. Throws if it fails. */
  read(code: string): string;
  /** Returns whether shell code in it succeeds. */
  check(code: string): boolean;
  /** Ends everything in it. */
  stop(): Promise<void>;
}

/**
 * Makes a root from an image in namespaces of its own, with a network card and a DHCP server, and
 * starts nothing. Needs root.
 */
export async function startServiceSpace(image: string): Promise<ServiceSpace> {
  const directory = mkdtempSync(join(tmpdir(), 'haos-services-'));
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--fork', '--mount-proc'];
  const process = spawn('unshare', [...namespaces, '--kill-child', 'sh', SCRIPT, image, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await isReady(process);
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  const enter = [
    '--target',
    children.trim(),
    '--all',
    'chroot',
    join(directory, 'root'),
    '/usr/bin/env',
    '-i',
  ];
  const shell = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', 'HOME=/root', 'sh', '-c'];
  return {
    read: (code) =>
      execFileSync('nsenter', [...enter, ...shell, code], { encoding: 'utf8' }).replace(/\n$/, ''),
    check: (code) => spawnSync('nsenter', [...enter, ...shell, code], { stdio: 'ignore' }).status === 0,
    async stop() {
      const ended = new Promise((resolve) => process.once('exit', resolve));
      process.kill('SIGKILL');
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
}

/** Resolves when the script waits; rejects if it ends before. */
async function isReady(process: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout?.once('data', () => resolve());
    process.once('exit', (status) => reject(new Error(`the root was not made: status ${status}`)));
  });
}
