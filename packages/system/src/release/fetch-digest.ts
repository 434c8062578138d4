import type { FetchOptions, Host } from '@haos/host';
import { HaosError, isHaosError, redactUrl } from '@haos/host';
import { readReleaseKeys } from './read-keys.js';
import { verifyChecksums } from './verify-checksums.js';

export interface ReleaseOptions extends Pick<FetchOptions, 'proxy' | 'signal'> {
  /** Public keys in PEM; default: those of the running image. */
  keys?: readonly string[];
}

/**
 * The SHA-256 digest of an artefact of a release, from `sha256sum-<architecture>.txt` beside it, whose signature
 * `sha256sum-<architecture>.txt.sig` has to be valid. Throws HAOS_HTTP_*, HAOS_RELEASE_SIGNATURE, and HAOS_RELEASE_UNKNOWN when the
 * address names no artefact that is listed there.
 */
export async function fetchDigest(host: Host, url: string, options: ReleaseOptions = {}): Promise<string> {
  const { name, architecture } = readName(url);
  const list = beside(url, `sha256sum-${architecture}.txt`);
  const request = {
    ...(options.proxy && { proxy: options.proxy }),
    ...(options.signal && { signal: options.signal }),
  };
  const { body: checksums } = await host.fetch(list, request);
  const signature = await fetchSignature(host, list, request);
  const digests = await verifyChecksums({
    checksums,
    signature,
    keys: options.keys ?? readReleaseKeys(host),
  });
  const digest = digests.get(name);
  if (digest === undefined) throw unknown(url, `the checksums of its release do not name ${name}`);
  return digest;
}

async function fetchSignature(host: Host, list: string, request: FetchOptions): Promise<Uint8Array> {
  try {
    return (await host.fetch(appended(list, '.sig'), { ...request, maxBytes: 1024 })).body;
  } catch (error) {
    if (!isHaosError(error, 'HAOS_HTTP_STATUS')) throw error;
    throw new HaosError('HAOS_RELEASE_SIGNATURE', `the release of ${redactUrl(list)} is not signed`, {
      hint: 'Name its sha256, or take a signed release.',
      cause: error,
    });
  }
}

function readName(url: string): { name: string; architecture: string } {
  const name = URL.canParse(url) ? (new URL(url).pathname.split('/').at(-1) ?? '') : '';
  const architecture = /-(amd64|arm64)(?:\.|$)/.exec(name)?.[1];
  if (architecture === undefined)
    throw unknown(url, 'it does not end in the name of an artefact of a release');
  return { name, architecture };
}

function unknown(url: string, problem: string): HaosError {
  return new HaosError('HAOS_RELEASE_UNKNOWN', `cannot verify ${redactUrl(url)}: ${problem}`, {
    hint: 'Name its sha256.',
  });
}

/** The address of another file in the same directory; user, password and query stay. */
function beside(url: string, name: string): string {
  const result = new URL(url);
  result.pathname = result.pathname.replace(/[^/]*$/, name);
  return result.href;
}

function appended(url: string, suffix: string): string {
  const result = new URL(url);
  result.pathname += suffix;
  return result.href;
}
