import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BuildFailure } from '../failure.js';

/** The source of k3s, as the options define it. Paths are absolute. */
export interface K3sRequest {
  /** The image gets no k3s. */
  without: boolean;
  /** A program given by hand. */
  program?: string;
  /** A directory with files of the pinned release, under their names. */
  from?: string;
  /** A URL that replaces `releases` in `os/versions.json`. */
  mirror?: string;
  /** The image also gets the container images of k3s's own pods. */
  airgap: boolean;
  /** An archive of such images, given by hand. */
  images?: string;
}

/** The builder's options about k3s, as `parseArgs` returns them. */
export interface K3sOptions {
  k3s?: string | undefined;
  'k3s-from'?: string | undefined;
  'k3s-mirror'?: string | undefined;
  'no-k3s'?: boolean | undefined;
  airgap?: boolean | undefined;
  'airgap-images'?: string | undefined;
}

/** The archive types that k3s imports: https://docs.k3s.io/import-images. */
const ARCHIVES = ['.tar', '.tar.bz2', '.tar.gz', '.tar.lz4', '.tar.zst', '.tbz', '.tgz', '.tzst'];

/**
 * Reads the options about k3s; HAOS_K3S_MIRROR in `env` is the default of `--k3s-mirror`. Throws a
 * BuildFailure with status 2 for a contradictory combination, and for a file that does not exist.
 */
export function readK3sRequest(options: K3sOptions, env: NodeJS.ProcessEnv = {}): K3sRequest {
  const { k3s, 'k3s-from': from, 'no-k3s': without = false, 'airgap-images': images } = options;
  const named = options['k3s-mirror'];
  const airgap = options.airgap === true || images !== undefined;
  if (without && (k3s ?? from ?? named) !== undefined)
    throw wrong('--no-k3s and an option that gives the source of k3s exclude each other');
  if (without && airgap) throw wrong('--airgap needs k3s; leave out --no-k3s');
  if (from !== undefined && named !== undefined) throw wrong('give either --k3s-from or --k3s-mirror');
  checkFile('--k3s', k3s);
  checkFile('--airgap-images', images);
  if (images !== undefined && !ARCHIVES.some((ending) => images.endsWith(ending)))
    throw wrong(`--airgap-images: k3s imports only ${ARCHIVES.join(', ')}`);
  if (from !== undefined && !statSync(from, { throwIfNoEntry: false })?.isDirectory())
    throw wrong(`--k3s-from: the directory ${from} does not exist`);
  const mirror = from === undefined ? (named ?? (env.HAOS_K3S_MIRROR || undefined)) : undefined;
  if (mirror !== undefined && !/^https?:$/.test(protocolOf(mirror)))
    throw wrong(`--k3s-mirror: ${mirror} is not a URL such as https://mirror.example.com/k3s`);
  return {
    without,
    airgap,
    ...(k3s !== undefined && { program: resolve(k3s) }),
    ...(from !== undefined && { from: resolve(from) }),
    ...(mirror !== undefined && { mirror: mirror.replace(/\/+$/, '') }),
    ...(images !== undefined && { images: resolve(images) }),
  };
}

function checkFile(option: string, path: string | undefined): void {
  if (path === undefined || statSync(path, { throwIfNoEntry: false })?.isFile()) return;
  throw wrong(`${option}: ${existsSync(path) ? `${path} is not a file` : `the file ${path} does not exist`}`);
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}

function wrong(message: string): BuildFailure {
  return new BuildFailure(message, 2);
}
