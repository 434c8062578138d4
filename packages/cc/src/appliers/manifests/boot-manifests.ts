import { layout } from '@haos/system';
import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { BootManifest } from '../../generated/types.js';
import {
  type Finding,
  finding,
  findSha256,
  hasControls,
  isError,
  isHttpUrl,
  isLonger,
  missing,
  parseUrl,
  type Rule,
} from '../../rules/rule.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { saveManifest } from './save-manifest.js';

/** The result of one download. */
type Download = { readonly body: Uint8Array } | { readonly error: unknown };

/** By the index in the configuration. A manifest that must not be downloaded has no entry. */
type Downloads = ReadonlyMap<number, Download>;

/**
 * Downloads manifests into the directory that k3s applies, in every runtime phase and all at once.
 * If a download fails or its digest differs from the configured one, the file of an earlier boot
 * stays.
 */
export const bootManifests: Applier<Downloads> = {
  name: 'boot-manifests',
  keys: ['boot_manifests'],
  async fetch(config, context) {
    const downloads = new Map<number, Download>();
    const items = config.bootManifests ?? [];
    const findings = checkManifests(items);
    await Promise.all(
      items.map(async (item, index) => {
        if (findings[index]!.some(isError) || isWrittenByUser(config, targetOf(item))) return;
        downloads.set(index, await download(item, context));
      }),
    );
    return downloads;
  },
  async apply(config, context, downloads) {
    const items = config.bootManifests ?? [];
    const findings = checkManifests(items);
    for (const [index, item] of items.entries()) {
      await context.attempt(() => {
        refuse(findings[index]!, 'HAOS_CC_MANIFEST_NAME');
        const path = targetOf(item);
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

/** Returns the file of a manifest whose URL has a valid name. */
function targetOf({ url = '' }: BootManifest): string {
  return `${layout.manifests}/${manifestName(url)}`;
}

/**
 * Reports invalid items of `boot_manifests` without downloading any. Two items with one name share
 * a finding, which is listed once.
 */
export const bootManifestsRule: Rule = ({ bootManifests: items = [] }) => [
  ...new Set(checkManifests(items).flat()),
];

/**
 * Returns the findings for each manifest. Two manifests with one name are both invalid and share a
 * finding.
 */
function checkManifests(items: readonly BootManifest[]): Finding[][] {
  const found = items.map((item, index) => checkManifest(item, `/bootManifests/${index}`));
  if (items.length < 2) return found;
  const seen = new Map<string, number>();
  for (const [index, { url = '' }] of items.entries()) {
    const name = manifestName(url);
    if (name === undefined) continue;
    const earlier = seen.get(name);
    if (earlier === undefined) seen.set(name, index);
    else {
      const duplicate = duplicateManifest(name, earlier, `/bootManifests/${index}`);
      found[index]!.push(duplicate);
      if (!found[earlier]!.some(({ code }) => code === 'duplicate-manifest')) found[earlier]!.push(duplicate);
    }
  }
  return found;
}

function duplicateManifest(name: string, earlier: number, pointer: string): Finding {
  return {
    code: 'duplicate-manifest',
    pointer: `${pointer}/url`,
    failure: 'HAOS_CC_MANIFEST_DUPLICATE',
    message: `${name} is also the file name of boot_manifests[${earlier}]; neither would be saved`,
    hint: 'Give the manifests different file names.',
  };
}

function checkManifest({ url, sha256 }: BootManifest, pointer: string): Finding[] {
  if (!url) return missing(pointer, 'a manifest needs a url', 'Add `url: https://...`.');
  const wrong = (message: string, hint: string) => finding('invalid-url', `${pointer}/url`, message, hint);
  const digest = findSha256(sha256, `${pointer}/sha256`);
  if (!isHttpUrl(url))
    return [...wrong('this is not an http or https URL', 'Begin the URL with `https://`.'), ...digest];
  if (manifestName(url) !== undefined) return digest;
  return [
    ...wrong(
      'the file name must end in .yaml, .yml or .json, or k3s ignores it',
      'Serve the manifest under such a name, of at most 255 bytes.',
    ),
    ...digest,
  ];
}

/**
 * Returns the last part of the path of the URL if it is a plain file name that k3s would apply: k3s
 * reads only these three suffixes and ignores hidden files. Returns undefined otherwise.
 */
function manifestName(url: string): string | undefined {
  const { protocol, pathname = '' } = parseUrl(url) ?? {};
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  const name = decodePart(pathname.slice(pathname.lastIndexOf('/') + 1));
  if (name === undefined || isLonger(name, 255) || hasControls(name)) return undefined;
  return /^[^\s./\\][^/\\]*\.(ya?ml|json)$/.test(name) ? name : undefined;
}

function decodePart(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
