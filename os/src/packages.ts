import { readFileSync } from 'node:fs';
import type { KernelKind } from '@haos/system/internal';
import type { Architecture } from './architecture.js';
import type { SourcePath } from './step.js';

/** A group of packages, with the reason why they are in the image. */
type PackageGroup = { why: string; packages: string[] } & Partial<Record<Architecture, string[]>>;

interface TrimRule {
  why: string;
  paths: string[];
}

function readData<T>(source: SourcePath, name: string): T {
  return JSON.parse(readFileSync(source(`os/packages/${name}`), 'utf8')) as T;
}

/** Returns the sorted names of the Debian packages in the image. */
export function readPackages(source: SourcePath, architecture: Architecture): string[] {
  const groups = Object.values(readData<Record<string, PackageGroup>>(source, 'userland.json'));
  return namesIn(groups, architecture);
}

type Kernel = Record<Architecture, { package: string }> & { firmware: PackageGroup[] };
type Kernels = Record<KernelKind, Kernel> & Record<'trimmed firmware' | 'trimmed modules', TrimRule[]>;

/** Returns the Debian package that depends on the newest kernel of a kind. */
export function readKernelPackage(source: SourcePath, kind: KernelKind, architecture: Architecture): string {
  return readData<Kernels>(source, 'kernel.json')[kind][architecture].package;
}

/** Returns the sorted names of the Debian packages with firmware for a kind of kernel. */
export function readFirmwarePackages(
  source: SourcePath,
  kind: KernelKind,
  architecture: Architecture,
): string[] {
  return namesIn(readData<Kernels>(source, 'kernel.json')[kind].firmware, architecture);
}

/** Returns patterns of firmware to leave out, relative to the firmware directory. */
export function readTrimmedFirmware(source: SourcePath): string[] {
  return readData<Kernels>(source, 'kernel.json')['trimmed firmware'].flatMap(({ paths }) => paths);
}

/** Returns patterns of modules to leave out, relative to the directory `kernel` of the modules. */
export function readTrimmedModules(source: SourcePath): string[] {
  return readData<Kernels>(source, 'kernel.json')['trimmed modules'].flatMap(({ paths }) => paths);
}

function namesIn(groups: readonly PackageGroup[], architecture: Architecture): string[] {
  return groups.flatMap((group) => [...group.packages, ...(group[architecture] ?? [])]).sort();
}

/** Returns the names of modules for the initrd; those that the kernel lacks are skipped later. */
export function readInitrdModules(source: SourcePath): string[] {
  return Object.values(readData<Record<string, string[]>>(source, 'initrd-modules.json')).flat();
}

/** Returns patterns of files to delete from the userland, relative to its root. */
export function readTrimmed(source: SourcePath): string[] {
  const { trimmed } = readData<{ trimmed: TrimRule[] }>(source, 'left-out.json');
  return trimmed.flatMap(({ paths }) => paths);
}

/** Returns the services that each runlevel starts. */
export function readServices(source: SourcePath): Record<string, string[]> {
  return readData(source, 'services.json');
}
