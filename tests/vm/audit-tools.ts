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
const MOUNT = '/media/audit';

/** Makes a disk with a small Debian and independent tools that audit a system, once. */
export async function makeAuditDisk(): Promise<string> {
  const { suite } = readVersions(ROOT).debian;
  const recipe = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  const disk = join(CACHE, `audit-${suite}-${recipe.digest('hex').slice(0, 16)}.ext4`);
  if (existsSync(disk)) return disk;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'haos-audit-'));
  try {
    const packages = ['lynis', 'nmap', 'ssh-audit'];
    const tree = await unpackPackages(work, { suite, variant: 'minbase', packages });
    rmSync(join(tree, 'var/cache/apt'), { recursive: true });
    const made = `${disk}.${process.pid}`; // two scenarios may do this at once
    execFileSync('mkfs.ext4', ['-q', '-L', 'AUDIT', '-d', tree, made, '700M']);
    renameSync(made, disk);
  } finally {
    rmSync(work, { recursive: true });
  }
  return disk;
}

/** Returns arguments of a machine with that disk, read-only. */
export function auditDiskArguments(disk: string): string[] {
  return ['-drive', `file=${disk},format=raw,if=virtio,readonly=on`];
}

/** Mounts the disk, so that its programs run with the kernel and the network of the node. */
export async function mountAuditTools(machine: Machine): Promise<void> {
  await machine.read(`mkdir -p ${MOUNT} && mount -t ext4 -o ro LABEL=AUDIT ${MOUNT}`);
  for (const name of ['proc', 'sys', 'dev']) await machine.read(`mount --rbind /${name} ${MOUNT}/${name}`);
  await machine.read(`mount -t tmpfs tmpfs ${MOUNT}/tmp`);
}

/** Returns what ssh-audit reports about the node's sshd as failure or warning. */
export async function runSshAudit(machine: Machine): Promise<{ version: string; findings: string[] }> {
  const { output } = await machine.run(`chroot ${MOUNT} ssh-audit --no-colors 127.0.0.1`);
  const version = await machine.read(`chroot ${MOUNT} ssh-audit --help | grep -o 'v[0-9.]*' | head -n 1`);
  if (!output.includes('(gen) banner: SSH-2.0-OpenSSH')) throw new Error(`ssh-audit: ${output}`);
  return { version, findings: output.split('\n').filter((line) => /\[(fail|warn)\]/.test(line)) };
}

/** The addresses of a network between the node and what stands for another machine. */
const NODE = '10.98.0.1';
const OTHER = '10.98.0.2';

/**
 * Returns the open ports of the node, such as `22/tcp`, as another machine finds them: nmap runs in
 * a network namespace of its own, so that its packets pass the node's rules.
 */
export async function scanPorts(machine: Machine): Promise<string[]> {
  await machine.read('ip netns add other && ip link add scan0 type veth peer name scan1 netns other');
  await machine.read(`ip address add ${NODE}/24 dev scan0 && ip link set scan0 up`);
  const inside = (command: string, seconds?: number) =>
    machine.read(`ip netns exec other ${command}`, seconds);
  await inside('ip link set lo up');
  await inside(`ip address add ${OTHER}/24 dev scan1`);
  await inside('ip link set scan1 up');
  const output = await inside(`chroot ${MOUNT} nmap --unprivileged -n -Pn -sT -T5 -p- ${NODE}`, 600);
  await machine.read('ip netns del other');
  return [...output.matchAll(/^(\d+\/tcp) +open/gm)].map(([, port = '']) => port);
}

/** Returns the hardening index of lynis, and what it suggests. It takes minutes. */
export async function runLynis(machine: Machine): Promise<{ index: number; suggestions: string[] }> {
  const lynis = '/run/lynis';
  await machine.read(`mkdir -p ${lynis}/plugins && cp -r ${MOUNT}/usr/share/lynis/. ${lynis}/`);
  await machine.read(`cp ${MOUNT}/usr/sbin/lynis ${MOUNT}/etc/lynis/default.prf ${lynis}/`);
  const call = `./lynis audit system --quick --no-colors --profile ${lynis}/default.prf --plugindir ${lynis}/plugins`;
  await machine.run(`cd ${lynis} && ${call} >/run/lynis.out 2>&1`, 5400);
  const report = await machine.read('cat /var/log/lynis-report.dat');
  return {
    index: Number(/^hardening_index=(\d+)$/m.exec(report)?.[1]),
    suggestions: [...report.matchAll(/^(?:suggestion|warning)\[\]=(.*)$/gm)].map(([, text = '']) => text),
  };
}
