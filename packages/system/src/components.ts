import type { Host } from '@haos/host';
import { inRootOf, layout } from './layout.js';

/** What a release is made of, each in a directory of its own with one directory per version. */
export const COMPONENTS = ['haos', 'k3s', 'kernel'] as const;
export type Component = (typeof COMPONENTS)[number];

/** GRUB boots one of two sets. */
export const SLOTS = ['current', 'previous'] as const;
export type Slot = (typeof SLOTS)[number];

/** One version of each component; none where a component is not installed. */
export type ReleaseSet = Readonly<Partial<Record<Component, string>>>;

/** The sets that the links name. */
export type Slots = Readonly<Record<Slot, ReleaseSet>>;

/** The files without which a component does not work. */
export const COMPONENT_FILES: Readonly<Record<Component, readonly string[]>> = {
  haos: ['rootfs.squashfs'],
  k3s: ['k3s'],
  kernel: ['kernel.squashfs', 'vmlinuz', 'initrd'],
};

/** Names that a link can hold, a shell can split and GRUB can read. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+~-]*$/;

/** Whether a name can be a version's. */
export function isVersion(name: string): boolean {
  return VERSION.test(name) && !SLOTS.some((slot) => slot === name);
}

/** Where a version of a component lies. */
export function versionDirectory(directory: string, component: Component, version: string): string {
  return `${directory}/${component}/${version}`;
}

/** The versions of a component that are there, in byte order; what is being copied is none. */
export function listVersions(host: Host, component: Component, directory: string = layout.system): string[] {
  const parent = `${directory}/${component}`;
  if (host.files.stat(parent)?.type !== 'directory') return [];
  return host.files
    .list(parent)
    .filter((name) => isVersion(name) && host.files.lstat(`${parent}/${name}`)?.type === 'directory');
}

/** The version that a slot's link names; undefined when there is none, or it leads nowhere. Links may be absolute. */
export function readSlot(
  host: Host,
  component: Component,
  { directory = layout.system, slot = 'current' }: { directory?: string; slot?: Slot } = {},
): string | undefined {
  const link = `${directory}/${component}/${slot}`;
  if (host.files.lstat(link)?.type !== 'symlink') return undefined;
  const version = host.files.readLink(link).replace(/\/+$/, '').split('/').at(-1) ?? '';
  const isThere =
    isVersion(version) &&
    host.files.lstat(versionDirectory(directory, component, version))?.type === 'directory';
  return isThere ? version : undefined;
}

/** The sets that the links of a system directory name. */
export function readSlots(host: Host, directory: string = layout.system): Slots {
  const read = (slot: Slot): ReleaseSet =>
    Object.fromEntries(
      COMPONENTS.map(
        (component) => [component, readSlot(host, component, { directory, slot })] as const,
      ).filter(([, version]) => version !== undefined),
    );
  return { current: read('current'), previous: read('previous') };
}

/** Makes the links of one slot name a set, each atomically. A component that is not in the set loses its link. */
export function linkSlot(
  host: Host,
  set: ReleaseSet,
  { directory, slot }: { directory: string; slot: Slot },
): void {
  for (const component of COMPONENTS) {
    const link = `${directory}/${component}/${slot}`;
    const version = set[component];
    if (version === undefined) host.files.remove(link);
    else host.files.link(link, version);
  }
}

/** The set that booted from a system directory, as early boot wrote it down; undefined where no HAOS runs from it. */
export function readRunningSet(host: Host, directory: string = layout.system): ReleaseSet | undefined {
  const path = inRootOf(directory, layout.runningSet);
  const names = path && host.files.readTextIfExists(path)?.trim().split('/');
  if (names?.length !== COMPONENTS.length) return undefined;
  const versions = COMPONENTS.map((component, index) => [component, names[index] ?? ''] as const);
  return Object.fromEntries(versions.filter(([, version]) => isVersion(version)));
}

/** The directories of versions that neither slot names and that do not run, and what an interrupted copy left. */
export function findUnused(host: Host, directory: string = layout.system): string[] {
  const slots = readSlots(host, directory);
  const running = readRunningSet(host, directory);
  // Where a component has no current version it is not known what is used.
  return COMPONENTS.filter((component) => slots.current[component] !== undefined).flatMap((component) => {
    const parent = `${directory}/${component}`;
    return host.files
      .list(parent)
      .filter((name) => isVersion(name) || name.startsWith(STAGING_PREFIX))
      .filter((name) => host.files.lstat(`${parent}/${name}`)?.type === 'directory')
      .filter((name) => running?.[component] !== name)
      .filter((name) => SLOTS.every((slot) => slots[slot][component] !== name))
      .map((name) => `${parent}/${name}`);
  });
}

/** Removes what `findUnused` finds; resolves to it. */
export function dropUnused(host: Host, directory: string = layout.system): string[] {
  const unused = findUnused(host, directory);
  for (const path of unused) host.files.remove(path);
  return unused;
}

/** What is being copied has a name that is no version's. */
export const STAGING_PREFIX = '.new-';

/**
 * The name of a set as it is remembered about failures, such as `v2/-/6.12.1-v2`: haos, k3s and kernel, `-` for none.
 */
export function nameSet(set: ReleaseSet): string {
  return COMPONENTS.map((component) => set[component] ?? '-').join('/');
}

/** Whether two sets are of the same versions. */
export function isSameSet(a: ReleaseSet, b: ReleaseSet): boolean {
  return nameSet(a) === nameSet(b);
}
