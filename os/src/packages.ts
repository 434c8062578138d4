import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture, KernelKind } from './options.js';

/** A group of packages with the reason why they are in the image. */
type PackageGroup = { why: string; packages: string[] } & Partial<Record<Architecture, string[]>>;

interface TrimRule {
  why: string;
  paths: string[];
}

function readData<T>(root: string, name: string): T {
  return JSON.parse(readFileSync(join(root, 'os', 'packages', name), 'utf8')) as T;
}

/** Names of the Debian packages of the image, sorted. */
export function readPackages(root: string, architecture: Architecture): string[] {
  const groups = Object.values(readData<Record<string, PackageGroup>>(root, 'userland.json'));
  return namesIn(groups, architecture);
}

type Kernel = Record<Architecture, { package: string }> & { firmware: PackageGroup[] };
type Kernels = Record<KernelKind, Kernel> & { 'trimmed firmware': TrimRule[] };

/** The Debian package that depends on the newest kernel of a kind. */
export function readKernelPackage(root: string, kind: KernelKind, architecture: Architecture): string {
  return readData<Kernels>(root, 'kernel.json')[kind][architecture].package;
}

/** Names of the Debian packages with firmware for a kind of kernel, sorted. */
export function readFirmwarePackages(root: string, kind: KernelKind, architecture: Architecture): string[] {
  return namesIn(readData<Kernels>(root, 'kernel.json')[kind].firmware, architecture);
}

/** Patterns of firmware that is not taken, relative to its directory. */
export function readTrimmedFirmware(root: string): string[] {
  return readData<Kernels>(root, 'kernel.json')['trimmed firmware'].flatMap(({ paths }) => paths);
}

function namesIn(groups: readonly PackageGroup[], architecture: Architecture): string[] {
  return groups.flatMap((group) => [...group.packages, ...(group[architecture] ?? [])]).sort();
}

/** Names of the modules that the initrd takes where the kernel has them. */
export function readInitrdModules(root: string): string[] {
  return Object.values(readData<Record<string, string[]>>(root, 'initrd-modules.json')).flat();
}

/** Patterns of what is deleted from the userland, relative to its root. */
export function readTrimmed(root: string): string[] {
  const { trimmed } = readData<{ trimmed: TrimRule[] }>(root, 'left-out.json');
  return trimmed.flatMap(({ paths }) => paths);
}

/** Which services each runlevel starts. */
export function readServices(root: string): Record<string, string[]> {
  return readData(root, 'services.json');
}
