import { type ChildProcess, spawn } from 'node:child_process';
import { ENVIRONMENT } from './loop-disk.js';

/** Programs that partition, format and install boot loaders. */
const REMOVED = [
  'sbin/*fdisk',
  'sbin/mkfs*',
  'sbin/mke2fs',
  'sbin/wipefs',
  'sbin/blkid',
  'sbin/parted',
  'sbin/grub-*',
  'bin/grub-*',
  'bin/partx',
  'bin/lsblk',
  'lib/grub',
];

export interface BareMachine {
  /** A directory of programs that are added if the machine has none of that name. */
  added: string;
  /** Below /usr. */
  removed?: readonly string[];
}

/** Starts a program with a /usr that lacks what an installation needs, as on many machines. */
export function startBare(program: readonly string[], { added, removed = [] }: BareMachine): ChildProcess {
  const script = `
    mount -t tmpfs tmpfs /mnt
    mkdir /mnt/upper /mnt/work
    mount -t overlay overlay -o lowerdir=/usr,upperdir=/mnt/upper,workdir=/mnt/work /usr
    (cd /usr && rm -rf ${[...REMOVED, ...removed].join(' ')}; cp --no-clobber ${added}/* bin)
    exec "$@"`;
  // In a separate mount namespace, so that other processes do not see it.
  return spawn('unshare', ['--mount', 'sh', '-ec', script, 'sh', ...program], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Resolves to what a program printed, and how it ended. */
export function ended(child: ChildProcess): Promise<Ended> {
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk: Buffer) => {
      text[name] += chunk.toString('utf8');
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...text }));
  });
}
