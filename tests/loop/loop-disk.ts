import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Host, liveHost } from '@haos/host';

/** Runs a program of the machine and returns its output; fails the test if the program fails. */
export function must(program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', env: ENVIRONMENT });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout.trimEnd();
}

/** The environment of programs on the host. */
export const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
};

/** A disk in a file. */
export interface LoopDisk {
  /** Such as `/dev/loop3`. */
  device: string;
  file: string;
  /** The digest of everything on it. */
  digest(): string;
  /** Time of the last write, which is faster to read than the digest of a large disk. */
  written(): bigint;
  release(): void;
}

export function createLoopDisk(directory: string, megabytes: number, sectorSize = 512): LoopDisk {
  const file = join(directory, `disk-${Math.random().toString(36).slice(2)}`);
  const descriptor = openSync(file, 'wx');
  ftruncateSync(descriptor, megabytes * 1_000_000);
  closeSync(descriptor);
  const device = must(
    'losetup',
    ...['--find', '--show', '--partscan', '--sector-size', String(sectorSize), file],
  );
  return {
    device,
    file,
    digest() {
      must('sync', file);
      return createHash('sha256').update(readFileSync(file)).digest('hex');
    },
    written() {
      must('sync', file);
      return statSync(file, { bigint: true }).mtimeNs;
    },
    release() {
      spawnSync('partx', ['--delete', device], { env: ENVIRONMENT });
      must('losetup', '--detach', device);
      rmSync(file);
    },
  };
}

/**
 * Writes a directory for PATH with a substitute for udevadm if it is not installed: GRUB's tools
 * ask it where a partition is in sysfs.
 */
export function writeUdevadm(directory: string): string {
  const path = join(directory, 'programs');
  mkdirSync(path, { recursive: true });
  const script =
    '#!/bin/sh\n# udevadm info --query path --name DEVICE\ncd -P "/sys/dev/block/$(stat -c %Hr:%Lr "$5")" && pwd | cut -c 5-\n';
  writeFileSync(join(path, 'udevadm'), script, { mode: 0o755 });
  return path;
}

/**
 * Returns the running machine, without the waits for a user, and with everything that GRUB's tools
 * need: `writeUdevadm` made `programs`.
 */
export function createInstallerHost(programs: string): Host {
  const host = liveHost();
  const PATH = `${ENVIRONMENT.PATH}:${programs}`;
  return {
    ...host,
    run: (command, args, runOptions) =>
      host.run(command, args, { ...runOptions, env: { ...runOptions?.env, PATH } }),
    clock: { ...host.clock, sleep: (time, signal) => host.clock.sleep(Math.min(time, 100), signal) },
  };
}

/** The start of a program for arm64: elf(5). */
export const ARM64_PROGRAM = Buffer.from(`${'\x7fELF\x02\x01'.padEnd(18, '\0')}\xb7\0`, 'latin1');

/** Writes a small tree with every file of an image, and its checksums. */
export function writeImage(
  directory: string,
  version = 'v1.0.0',
  launcher: string | Uint8Array = '#!/bin/sh\n',
): void {
  const files = {
    [`haos/${version}/rootfs.squashfs`]: 'a root file system '.repeat(50_000),
    [`haos/${version}/haos`]: launcher,
    [`kernel/6.1.0-${version}/kernel.squashfs`]: 'modules '.repeat(50_000),
    [`kernel/6.1.0-${version}/vmlinuz`]: 'a kernel',
    [`kernel/6.1.0-${version}/initrd`]: 'an initrd',
  };
  let sums = '';
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
    sums += `${createHash('sha256').update(content).digest('hex')}  ./${path}\n`;
  }
  writeFileSync(join(directory, 'sha256sum.txt'), sums);
  symlinkSync(version, join(directory, 'haos/current'));
  symlinkSync(`6.1.0-${version}`, join(directory, 'kernel/current'));
}
