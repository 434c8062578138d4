import type { Host, StreamOptions } from '@haos/host';
import type { TreeFile } from '@haos/host/internal';
import { layout } from '@haos/system';
import {
  type BootEntry,
  completeIntent,
  dropUnused,
  type Image,
  putComponents,
  type ReleaseSet,
  replaceSet,
} from '@haos/system/internal';
import type { Configuration } from './configuration.js';

/**
 * Tells the first boot after a takeover what to do; `os/overlay/initrd/lib/haos/takeover.sh` reads
 * it.
 */
export const TAKEOVER_MARKER = `${layout.system}/takeover`;

/**
 * Copies the components of an image to a state partition. First completes an interrupted upgrade of
 * an existing node, as its boot would, and removes what neither of its slots needs. Resolves to the
 * files, with paths relative to the system directory.
 */
export async function putSystem(
  host: Host,
  image: Image,
  { root, ...streaming }: StreamOptions & { root: string },
): Promise<TreeFile[]> {
  const system = `${root}${layout.system}`;
  const booted = { slot: 'current', onTrial: false, kernel: undefined } as const;
  await completeIntent(host, { directory: system, booted });
  dropUnused(host, system);
  return putComponents(host, image, { ...streaming, system });
}

/**
 * Makes a set the one that boots, and the set that booted before, if any, the previous one. Writes
 * the configuration, unless it is a fallback and the system already has one. After a power cut at
 * any moment the next boot starts either the whole old set or the whole new one.
 *
 * @param options `entries`: the boot images on the EFI system partition, if it is not mounted.
 */
export async function putState(
  host: Host,
  set: ReleaseSet,
  {
    configuration,
    root,
    entries,
  }: { configuration: Configuration; root: string; entries?: readonly BootEntry[] | undefined },
): Promise<void> {
  await replaceSet(host, set, { directory: `${root}${layout.system}`, entries });
  const { files } = host;
  const config = `${root}${layout.systemConfig}`;
  const isEncrypted = files.stat(`${root}${layout.encryption}`) !== undefined;
  const kept = isEncrypted ? `${root}${layout.private}/config.yaml` : config;
  if (!configuration.isFallback || files.stat(kept) === undefined)
    files.write(kept, configuration.text, { mode: 0o600, secret: true });
  if (isEncrypted) files.link(config, `..${layout.private.slice('/haos'.length)}/config.yaml`);
  else files.makeDirectory(`${root}/haos/data`);
}
