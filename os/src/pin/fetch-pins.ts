import { type Host, isHaosError, type ProxySettings } from '@haos/host';
import { parseChecksums } from '@haos/system/internal';
import { ARCHITECTURES, type Architecture } from '../architecture.js';
import type { RunCommand } from '../command.js';
import { BuildFailure } from '../failure.js';
import { releaseUrl } from '../k3s/release-url.js';
import type { K3sFiles, PinnedFile } from '../versions.js';

export interface ReleaseSource {
  version: string;
  /** The base URL of `<version>/<file>`. */
  base: string;
  proxy?: ProxySettings;
  /** Runs curl. */
  run: RunCommand;
}

/** Returns k3s's names of the files for an architecture. */
function namesFor(architecture: Architecture): Record<keyof K3sFiles, string> {
  return {
    program: architecture === 'amd64' ? 'k3s' : `k3s-${architecture}`,
    images: `k3s-airgap-images-${architecture}.tar.zst`,
  };
}

/**
 * Returns the files of a release, with the digests of its own checksum files and the sizes that the
 * server states. Throws a BuildFailure if the release, or one of its files, does not exist.
 */
export async function fetchPins(host: Host, source: ReleaseSource): Promise<Record<Architecture, K3sFiles>> {
  const pins: Partial<Record<Architecture, K3sFiles>> = {};
  for (const architecture of ARCHITECTURES) {
    const sums = await fetchChecksums(host, `sha256sum-${architecture}.txt`, source);
    const { program, images } = namesFor(architecture);
    pins[architecture] = {
      program: await pinFile(program, sums, source),
      images: await pinFile(images, sums, source),
    };
  }
  return pins as Record<Architecture, K3sFiles>;
}

async function fetchChecksums(
  host: Host,
  name: string,
  { version, base, proxy }: ReleaseSource,
): Promise<ReadonlyMap<string, string>> {
  try {
    const { body } = await host.fetch(releaseUrl(base, version, name), { ...(proxy && { proxy }) });
    return parseChecksums(Buffer.from(body).toString('utf8'));
  } catch (error) {
    if (isHaosError(error)) throw new BuildFailure(`k3s ${version}: ${error.message}`);
    throw error;
  }
}

async function pinFile(
  name: string,
  sums: ReadonlyMap<string, string>,
  { version, base, proxy, run }: ReleaseSource,
): Promise<PinnedFile> {
  const sha256 = sums.get(name);
  if (sha256 === undefined) throw new BuildFailure(`k3s ${version} has no checksum of ${name}`);
  const url = releaseUrl(base, version, name);
  const args = ['--head', '--location', '--fail', '--silent', '--show-error', url];
  const headers = await run('curl', args, {
    env: { http_proxy: proxy?.http, https_proxy: proxy?.https, no_proxy: proxy?.no },
  });
  // The last answer; earlier ones are redirects.
  const size = Number([...headers.matchAll(/^content-length: *(\d+)\s*$/gim)].at(-1)?.[1]);
  if (!(size > 0)) throw new BuildFailure(`the server does not state the size of ${url}`);
  return { name, sha256, size };
}
