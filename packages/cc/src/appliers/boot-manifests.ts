import { HaosError, layout } from '@haos/system';
import type { Applier, ApplyContext } from '../apply/types.js';
import type { CcErrorCode } from '../errors.js';
import type { BootManifest } from '../generated/types.js';
import { saveManifest } from './save-manifest.js';
import { isWrittenByUser } from './written-by-user.js';

/** What came of one download. */
type Download = { readonly body: Uint8Array } | { readonly error: unknown };

/** By the place in the configuration; one that is not to be downloaded has none. */
type Downloads = ReadonlyMap<number, Download>;

/**
 * Downloads manifests into the directory that k3s applies, in every runtime phase and all at once. A download that fails,
 * or has another digest than the configured one, leaves the file of an earlier boot as it is.
 */
export const bootManifests: Applier<Downloads> = {
  name: 'boot-manifests',
  keys: ['boot_manifests'],
  async fetch(config, context) {
    const downloads = new Map<number, Download>();
    const items = config.bootManifests ?? [];
    await Promise.all(
      items.map(async (item, index) => {
        const path = targetOf(items, index);
        if (typeof path !== 'string' || isWrittenByUser(config, path)) return;
        downloads.set(index, await download(item, context));
      }),
    );
    return downloads;
  },
  async apply(config, context, downloads) {
    const items = config.bootManifests ?? [];
    for (const index of items.keys()) {
      await context.attempt(() => {
        const path = targetOf(items, index);
        if (typeof path !== 'string') throw path;
        if (isWrittenByUser(config, path)) {
          context.note(`boot_manifests[${index}] is left out: write_files writes the same file`);
        } else {
          save(path, downloads?.get(index), context);
        }
      });
    }
  },
};

async function download(item: BootManifest, context: ApplyContext): Promise<Download> {
  try {
    const { body } = await context.host.fetch(item.url ?? '', {
      proxy: context.proxy,
      signal: context.deadline,
      ...(item.sha256 ? { sha256: item.sha256.toLowerCase() } : {}),
    });
    return { body };
  } catch (error) {
    return { error };
  }
}

function save(path: string, result: Download | undefined, context: ApplyContext): void {
  if (result === undefined) context.note(`a manifest would be downloaded to ${path}`);
  else if ('error' in result) throw result.error;
  else saveManifest(path, result.body, context.host);
}

/** The file of one manifest, or why there is none. Of two with one name both are refused. */
function targetOf(items: readonly BootManifest[], index: number): string | HaosError<CcErrorCode> {
  const name = manifestName(items[index]!.url ?? '');
  if (name === undefined) {
    return new HaosError(
      'HAOS_CC_MANIFEST_NAME',
      `the URL of boot_manifests[${index}] does not end in the name of a manifest`,
      { hint: 'Use an http or https URL whose last part ends in .yaml, .yml or .json.' },
    );
  }
  const same = items.findIndex((other, place) => place !== index && manifestName(other.url ?? '') === name);
  if (same === -1) return `${layout.manifests}/${name}`;
  return new HaosError(
    'HAOS_CC_MANIFEST_DUPLICATE',
    `boot_manifests[${index}] and boot_manifests[${same}] are both named ${name}`,
    { hint: 'Give each manifest a URL with another file name.' },
  );
}

/**
 * The last part of the URL's path, when it is a plain file name that k3s would apply: k3s reads only these three suffixes,
 * and a hidden file is nobody's manifest. Undefined otherwise.
 */
export function manifestName(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, pathname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  const name = decodePart(pathname.slice(pathname.lastIndexOf('/') + 1));
  return name !== undefined && /^[^\s./\\\p{Cc}][^/\\\p{Cc}]*\.(ya?ml|json)$/u.test(name) ? name : undefined;
}

function decodePart(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
