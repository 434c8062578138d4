import type { Host } from '@haos/host';
import { inRootOf, layout } from './layout.js';

/** The components of a release. Each has its own directory with one directory per version. */
export const COMPONENTS = ['haos', 'k3s', 'kernel'] as const;
export type Component = (typeof COMPONENTS)[number];

/** The slots: GRUB boots one of two sets. */
export const SLOTS = ['current', 'previous'] as const;
export type Slot = (typeof SLOTS)[number];

/** One version of each component; a component that is not installed is missing. */
export type ReleaseSet = Readonly<Partial<Record<Component, string>>>;

/** The sets that the links name. */
export type Slots = Readonly<Record<Slot, ReleaseSet>>;

/** The files that a component needs to work. */
export const COMPONENT_FILES: Readonly<Record<Component, readonly string[]>> = {
  haos: ['rootfs.squashfs'],
  k3s: ['k3s'],
  kernel: ['kernel.squashfs', 'vmlinuz', 'initrd'],
};

/** Names that are safe in a link, in shell word splitting and in GRUB. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+~-]*$/;

/** Returns whether a name can be the name of a version. */
export function isVersion(name: string): boolean {
  return VERSION.test(name) && !SLOTS.some((slot) => slot === name);
}

/** Returns the directory of a version of a component. */
export function versionDirectory(directory: string, component: Component, version: string): string {
  return `${directory}/${component}/${version}`;
}

/**
 * Reads the version that the link of a slot names; undefined if the link is missing or dangling.
 * Links may be absolute.
 */
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

/** Returns the set of the components that have a version. */
export function setOf(versionOf: (component: Component) => string | undefined): ReleaseSet {
  const versions = COMPONENTS.map((component) => [component, versionOf(component)] as const);
  return Object.fromEntries(versions.filter(([, version]) => version !== undefined));
}

/** Reads the sets that the links of a system directory name. */
export function readSlots(host: Host, directory: string = layout.system): Slots {
  const read = (slot: Slot) => setOf((component) => readSlot(host, component, { directory, slot }));
  return { current: read('current'), previous: read('previous') };
}

/**
 * Points the links of one slot to a set, each link atomically. Removes the link of a component that
 * is not in the set.
 */
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

/**
 * Reads the set that booted from a system directory, as early boot recorded it; undefined if no
 * HAOS runs from it.
 */
export function readRunningSet(host: Host, directory: string = layout.system): ReleaseSet | undefined {
  const path = inRootOf(directory, layout.runningSet);
  const names = path && host.files.readTextIfExists(path)?.trim().split('/');
  if (names?.length !== COMPONENTS.length) return undefined;
  const versions = COMPONENTS.map((component, index) => [component, names[index] ?? ''] as const);
  return Object.fromEntries(versions.filter(([, version]) => isVersion(version)));
}

/**
 * Finds the directories of versions that no slot names and that are not running, and leftovers of
 * interrupted copies.
 */
export function findUnused(host: Host, directory: string = layout.system): string[] {
  const slots = readSlots(host, directory);
  const running = readRunningSet(host, directory);
  // If a component has no current version, it is unknown which versions are in use.
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

/** Removes the directories that `findUnused` finds, and returns them. */
export function dropUnused(host: Host, directory: string = layout.system): string[] {
  const unused = findUnused(host, directory);
  for (const path of unused) host.files.remove(path);
  return unused;
}

/** The prefix of unfinished copies. No version name starts like this. */
export const STAGING_PREFIX = '.new-';

/**
 * Returns the name of a set, as used to remember failures: haos, k3s and kernel, `-` for a missing
 * one, such as `v2/-/6.12.1-v2`.
 */
export function nameSet(set: ReleaseSet): string {
  return COMPONENTS.map((component) => set[component] ?? '-').join('/');
}

/** Returns whether two sets have the same versions. */
export function isSameSet(a: ReleaseSet, b: ReleaseSet): boolean {
  return nameSet(a) === nameSet(b);
}
