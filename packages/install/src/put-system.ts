import type { Host, StreamOptions } from '@haos/host';
import { copyTree, type TreeFile } from '@haos/host/internal';
import { COMPONENTS, layout, readSlots } from '@haos/system';
import {
  completeIntent,
  dropUnused,
  flush,
  formatIntent,
  intentPath,
  isSameSet,
  linkSlot,
  type ReleaseSet,
  readBootState,
  STAGING_PREFIX,
  writeBootState,
} from '@haos/system/internal';
import type { Configuration } from './configuration.js';
import type { Image } from './image/image.js';

/**
 * Tells the first boot after a takeover what to do; `os/overlay/initrd/lib/haos/takeover.sh` reads
 * it.
 */
export const TAKEOVER_MARKER = `${layout.system}/takeover`;

/**
 * Copies the components of an image into the system directory of a state partition. Each component
 * has a temporary name until it is complete, so the next boot does not change. First removes what
 * neither slot of an existing node needs. Resolves to the files, with paths relative to the
 * directory.
 */
export async function putComponents(
  host: Host,
  image: Image,
  { system, onProgress, signal }: StreamOptions & { system: string },
): Promise<TreeFile[]> {
  await settle(host, system);
  const copied: TreeFile[] = [];
  for (const component of COMPONENTS) {
    const version = image.set[component];
    if (version === undefined) continue;
    const before = copied.reduce((sum, { size }) => sum + size, 0);
    const path = `${component}/${version}`;
    const staging = `${system}/${component}/${STAGING_PREFIX}${version}`;
    host.files.remove(staging);
    const files = await copyTree(host, `${image.directory}/${path}`, staging, {
      onProgress: (bytes) => onProgress?.(before + bytes),
      ...(signal && { signal }),
    });
    host.files.remove(`${system}/${path}`);
    host.files.move(staging, `${system}/${path}`);
    copied.push(...files.map((file) => ({ ...file, path: `${path}/${file.path}` })));
  }
  return copied;
}

/** Completes an interrupted upgrade of an existing node, as its boot would. */
async function settle(host: Host, system: string): Promise<void> {
  if (host.files.stat(system)?.type !== 'directory') return;
  await completeIntent(host, {
    directory: system,
    booted: { slot: 'current', onTrial: false, kernel: undefined },
  });
  dropUnused(host, system);
}

/**
 * Makes a set the one that boots, and the set that booted before, if any, the previous one. Writes
 * the configuration, unless it is a fallback and the system already has one. After a power cut at
 * any moment the next boot starts either the whole old set or the whole new one.
 */
export async function putState(
  host: Host,
  set: ReleaseSet,
  { configuration, root }: { configuration: Configuration; root: string },
): Promise<void> {
  await switchTo(host, set, `${root}${layout.system}`);
  const config = `${root}${layout.systemConfig}`;
  if (!configuration.isFallback || host.files.stat(config) === undefined)
    host.files.write(config, configuration.text, { mode: 0o600, secret: true });
  host.files.makeDirectory(`${root}/haos/data`);
}

/**
 * Moves the links as an upgrade does: it flushes those of one slot to where GRUB reads them, then
 * moves those of the other slot. It writes GRUB's choice of the current slot last, when an
 * interrupted change can no longer be undone.
 */
async function switchTo(host: Host, set: ReleaseSet, system: string): Promise<void> {
  const { slot } = readBootState(host, system);
  const slots = readSlots(host, system);
  const before = slots[slot];
  const current = { ...before, ...set };
  const hasNode = before.haos !== undefined;
  const previous = hasNode && !isSameSet(before, current) ? before : slots.previous;
  const intent = { before: slots, after: { current, previous }, slotBefore: slot };
  // The next boot or installation uses it to repair links that were moved only in part.
  if (hasNode) host.files.write(intentPath(system), formatIntent(intent), { mode: 0o600 });
  if (hasNode) linkSlot(host, previous, { directory: system, slot: 'previous' });
  await flush(host, system);
  linkSlot(host, current, { directory: system, slot: 'current' });
  await flush(host, system);
  host.files.remove(intentPath(system));
  writeBootState(host, { slot: 'current' }, system);
}
