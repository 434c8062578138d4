import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from '@haos/install';
import type { KernelKind } from '@haos/system/internal';
import { createInstallerHost, ENVIRONMENT, must, writeUdevadm } from '../loop/loop-disk.js';
import { ISO, sizeDisk } from './image.js';

/**
 * Extracts the components of an image, by default the one under test: a system directory, as on its
 * medium.
 */
export function extractSystem(directory: string, iso = ISO): string {
  const system = join(directory, 'system');
  const osirrox = ['-osirrox', 'on', '-indev', iso, '-extract', '/haos/system', system];
  execFileSync('xorriso', osirrox, { stdio: 'ignore' });
  must('chmod', '-R', 'u+w', system);
  return system;
}

export interface InstalledDisk {
  /** For temporary files of the installer. */
  directory: string;
  system: string;
  config: string;
  /** Default: the one that the image boots. */
  kernelKind?: KernelKind;
  /** Default `bios`. */
  firmware?: 'bios' | 'efi';
  /** A signed boot image, with its boot loader beside it, instead of GRUB. */
  bootImage?: string;
  /** Default 3000. */
  megabytes?: number;
}

/**
 * Makes a disk with an installed node, with the installer on this machine, through a loop device.
 * Installing in a machine is a separate scenario.
 */
export async function installOnDisk(
  disk: string,
  { directory, system, config, kernelKind, firmware = 'bios', bootImage, megabytes = 3000 }: InstalledDisk,
): Promise<void> {
  const file = join(directory, 'config.yaml');
  writeFileSync(file, config);
  sizeDisk(disk, megabytes);
  const device = must('losetup', '--find', '--show', '--partscan', disk);
  // Scenarios run in parallel, on separate disks.
  const { lock: _lock, ...host } = createInstallerHost(writeUdevadm(directory));
  try {
    const { status, checks } = await install({
      host,
      target: { device, mountPoint: join(directory, 'target') },
      image: { directory: system, ...(kernelKind && { kernelKind }) },
      config: { url: file },
      boot: { firmware, tty: 'ttyS0', ...(bootImage && { bootImage }) },
    });
    if (status !== 'installed') throw new Error(`not installed: ${JSON.stringify(checks)}`);
  } finally {
    spawnSync('partx', ['--delete', device], { env: ENVIRONMENT });
    must('losetup', '--detach', device);
  }
}

/** Returns where the partitions of a disk begin, in bytes. */
export function readPartitions(disk: string): number[] {
  const { partitiontable } = JSON.parse(must('sfdisk', '--json', disk)) as {
    partitiontable: { partitions: { start: number }[] };
  };
  return partitiontable.partitions.map(({ start: sector }) => sector * 512);
}

/** Packs directories into an image, for a disk that a machine only reads. */
export function packSources(image: string, tree: string): void {
  const plain = ['-noI', '-noD', '-noF', '-noX', '-no-progress', '-quiet'];
  execFileSync('mksquashfs', [tree, image, ...plain], { stdio: 'ignore' });
  rmSync(tree, { recursive: true });
}

export function makeDirectory(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}
