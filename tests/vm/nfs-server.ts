import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readVersions } from '../../os/src/versions.js';
import { unpackPackages } from './debian-packages.js';
import type { Machine } from './machine.js';
import { ROOT } from './paths.js';

const CACHE = join(ROOT, '.cache/tests/vm');

/** Makes a disk with a small Debian and its NFS server, once: the image itself serves nothing. */
export async function makeNfsDisk(): Promise<string> {
  const { suite } = readVersions(ROOT).debian;
  const recipe = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  const disk = join(CACHE, `nfs-${suite}-${recipe.digest('hex').slice(0, 16)}.ext4`);
  if (existsSync(disk)) return disk;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'haos-nfs-'));
  try {
    const tree = await unpackPackages(work, {
      suite,
      variant: 'minbase',
      packages: ['nfs-kernel-server', 'rpcbind'],
    });
    rmSync(join(tree, 'var/cache/apt'), { recursive: true });
    const made = `${disk}.${process.pid}`; // two scenarios may do this at once
    execFileSync('mkfs.ext4', ['-q', '-L', 'NFS', '-d', tree, made, '600M']);
    renameSync(made, disk);
  } finally {
    rmSync(work, { recursive: true });
  }
  return disk;
}

/**
 * Starts the server on a node whose first disk is a copy of that disk. It exports `/srv` to a
 * network, with a short grace period, in which clients of version 4 may not write yet.
 */
export async function startNfsServer(machine: Machine, network: string): Promise<void> {
  const root = '/media/nfs';
  await machine.read(`mkdir -p ${root} && mount /dev/vda ${root} && modprobe nfsd`);
  for (const name of ['proc', 'sys', 'dev']) await machine.read(`mount --rbind /${name} ${root}/${name}`);
  await machine.read(`mount -t tmpfs tmpfs ${root}/run && mkdir ${root}/run/rpcbind`);
  await machine.read(`mount -t nfsd nfsd ${root}/proc/fs/nfsd`);
  const inside = (command: string) => machine.read(`chroot ${root} ${command}`);
  await inside('rpcbind');
  await inside('rpc.statd --no-notify');
  await inside(`exportfs -o rw,no_root_squash,no_subtree_check ${network}:/srv`);
  await inside('rpc.mountd');
  await inside('rpc.nfsd --grace-time 10 --lease-time 10 2');
}
