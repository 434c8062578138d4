import type { FetchOptions, Host } from '@haos/host';
import { HaosError, isHaosError, redactUrl } from '@haos/host';
import { readReleaseKeys } from './read-keys.js';
import { verifyChecksums } from './verify-checksums.js';

export interface ReleaseOptions extends Pick<FetchOptions, 'proxy' | 'signal'> {
  /** Public keys in PEM. Default: those of the running image. */
  keys?: readonly string[];
}

/**
 * Returns the SHA-256 digest of a release artefact, from `sha256sum-<architecture>.txt` beside it.
 * The signature in `sha256sum-<architecture>.txt.sig` must be valid. Throws HAOS_HTTP_*,
 * HAOS_RELEASE_SIGNATURE, and HAOS_RELEASE_UNKNOWN if the address does not name an artefact in that
 * list.
 */
export async function fetchDigest(host: Host, url: string, options: ReleaseOptions = {}): Promise<string> {
  const { name, architecture } = readName(url);
  const list = beside(url, `sha256sum-${architecture}.txt`);
  const { keys = readReleaseKeys(host), ...request } = options;
  const { body: checksums } = await host.fetch(list, request);
  const signature = await fetchSignature(host, list, request);
  const digests = await verifyChecksums({ checksums, signature, keys });
  const digest = digests.get(name);
  if (digest === undefined) throw unknown(url, `the checksums of its release do not list ${name}`);
  return digest;
}

async function fetchSignature(host: Host, list: string, request: FetchOptions): Promise<Uint8Array> {
  try {
    return (await host.fetch(appended(list, '.sig'), { ...request, maxBytes: 1024 })).body;
  } catch (error) {
    if (!isHaosError(error, 'HAOS_HTTP_STATUS')) throw error;
    throw new HaosError('HAOS_RELEASE_SIGNATURE', `the release of ${redactUrl(list)} is not signed`, {
      hint: 'Give its sha256, or use a signed release.',
      cause: error,
    });
  }
}

function readName(url: string): { name: string; architecture: string } {
  const name = URL.canParse(url) ? (new URL(url).pathname.split('/').at(-1) ?? '') : '';
  const architecture = /-(amd64|arm64)(?:\.|$)/.exec(name)?.[1];
  if (architecture === undefined) throw unknown(url, 'it does not end with the name of a release artefact');
  return { name, architecture };
}

function unknown(url: string, problem: string): HaosError {
  return new HaosError('HAOS_RELEASE_UNKNOWN', `cannot verify ${redactUrl(url)}: ${problem}`, {
    hint: 'Give its sha256.',
  });
}

/** Returns the address of another file in the same directory; keeps user, password and query. */
export function beside(url: string, name: string): string {
  const result = new URL(url);
  result.pathname = result.pathname.replace(/[^/]*$/, name);
  return result.href;
}

function appended(url: string, suffix: string): string {
  const result = new URL(url);
  result.pathname += suffix;
  return result.href;
}
