import { statSync } from 'node:fs';
import type { Host, ProxySettings } from '@haos/host';
import type { Architecture } from '../architecture.js';
import { BuildFailure } from '../failure.js';
import type { K3sPins, PinnedFile } from '../versions.js';
import { askVersion } from './ask-version.js';
import type { K3sFile, K3sParts } from './k3s-parts.js';
import type { K3sRequest } from './k3s-request.js';
import { type FileSource, obtainPinnedFile, Unreachable } from './pinned-file.js';

export interface K3sSupply {
  request: K3sRequest;
  pins: K3sPins;
  architecture: Architecture;
  /** The directory that keeps downloads between builds. */
  cache: string;
  /** This build is a release: an image without k3s is an error unless requested. */
  isRequired: boolean;
  proxy?: ProxySettings;
  onProgress?: (file: PinnedFile, bytes: number) => void;
  print(line: string): void;
}

/**
 * Obtains the parts of k3s for the image. If the pinned release cannot be downloaded, it prints how
 * to provide it and resolves to undefined, since an image may lack k3s. Throws a BuildFailure if a
 * named source does not have it, if a file does not match the pins, and if there are no images for
 * `--airgap`.
 */
export async function obtainK3s(host: Host, supply: K3sSupply): Promise<K3sParts | undefined> {
  const { request, pins, architecture, print } = supply;
  if (request.without) return undefined;
  const files = pins[architecture];
  const source = sourceOf(supply);
  try {
    const program =
      request.program === undefined
        ? await obtainPinnedFile(host, files.program, source)
        : await describe(host, request.program, { name: 'k3s', pin: files.program });
    const version = program.isPinned ? pins.version : askVersion(program.path);
    const parts = { version, program: { ...program, name: 'k3s' } };
    if (!request.airgap) return parts;
    if (request.images === undefined && version !== pins.version)
      throw new BuildFailure(
        `--airgap: the pinned images belong to k3s ${pins.version}, and ${program.path} is ${version}.\n` +
          'Give the images of that version with --airgap-images FILE.',
      );
    const images =
      request.images === undefined
        ? await obtainPinnedFile(host, files.images, source)
        : await describe(host, request.images, { name: nameImages(request.images), pin: files.images });
    return { ...parts, images };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    const problem = `cannot download k3s ${pins.version}: ${error.message}`;
    if (request.mirror !== undefined || request.airgap || supply.isRequired)
      throw new BuildFailure([problem, ...HOW_TO_BRING].join('\n'));
    for (const line of [problem, 'The image is built without Kubernetes.', ...HOW_TO_BRING]) print(line);
    return undefined;
  }
}

const HOW_TO_BRING = [
  'To add k3s: --k3s PATH, --k3s-from DIRECTORY (with files of the release) or --k3s-mirror URL.',
  'To build without it on purpose: --no-k3s. docs/building.md has the details.',
];

function sourceOf({ request, pins, cache, proxy, onProgress }: K3sSupply): FileSource {
  const { from, mirror } = request;
  const base = mirror ?? pins.releases;
  return { version: pins.version, from, base, isMirror: mirror !== undefined, cache, proxy, onProgress };
}

/**
 * k3s derives the compression from the file extension; the rest of the name is safe for a shell.
 */
function nameImages(path: string): string {
  return `airgap-images${/(\.tar)?\.[a-z0-9]+$/.exec(path)?.[0] ?? ''}`;
}

/** Describes a file given by hand, which may be the pinned one. */
async function describe(
  host: Host,
  path: string,
  { name, pin }: { name: string; pin: PinnedFile },
): Promise<K3sFile> {
  const sha256 = await host.files.digest(path);
  const isPinned = sha256 === pin.sha256;
  return { path, name: isPinned ? pin.name : name, sha256, size: statSync(path).size, isPinned };
}
