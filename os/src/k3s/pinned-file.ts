import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DownloadOptions, type Host, isHaosError, type ProxySettings, withLock } from '@haos/host';
import { BuildFailure } from '../failure.js';
import type { PinnedFile } from '../versions.js';
import type { K3sFile } from './k3s-parts.js';
import { releaseUrl } from './release-url.js';

/** Milliseconds. A build on a machine without network must not wait long. */
const CONNECT_TIMEOUT = 5_000;
const TIMEOUT = 15_000;
/** A mirror may have to fetch the file itself first. */
const MIRROR_TIMEOUT = 60_000;

/** The places where the files of one release are looked for and kept. */
export interface FileSource {
  version: string;
  /** A directory with the files; then nothing is downloaded. */
  from?: string | undefined;
  /** The base URL for downloads. */
  base: string;
  /** The base URL is a mirror that the user named. */
  isMirror?: boolean | undefined;
  /** The directory that keeps downloads. */
  cache: string;
  proxy?: ProxySettings | undefined;
  /** Reports how much of a file has arrived. */
  onProgress?: ((file: PinnedFile, bytes: number) => void) | undefined;
}

/** A download failed; a retry or another source may work. */
export class Unreachable extends BuildFailure {}

/**
 * Returns a file of the pinned release: from the directory, else from the cache, else downloaded
 * into the cache, where an interrupted download continues. Throws Unreachable if the download
 * fails, and a BuildFailure if the file is missing in the directory or does not match the pins.
 */
export async function obtainPinnedFile(host: Host, pin: PinnedFile, source: FileSource): Promise<K3sFile> {
  const found = { ...pin, isPinned: true };
  if (source.from !== undefined) {
    const path = join(source.from, pin.name);
    if (!existsSync(path)) throw new BuildFailure(`--k3s-from: ${source.from} has no ${pin.name}`);
    if (!(await isPinned(host, path, pin))) throw new BuildFailure(differs(path, pin, source.version));
    return { ...found, path };
  }
  const directory = join(source.cache, source.version);
  const path = join(directory, pin.name);
  mkdirSync(directory, { recursive: true });
  // Another build may be downloading the same file.
  await waitForLock(host, `${path}.lock`, async () => {
    if (existsSync(path) && (await isPinned(host, path, pin))) return;
    rmSync(path, { force: true });
    await download(host, { pin, path, source });
  });
  return { ...found, path };
}

async function isPinned(host: Host, path: string, { sha256, size }: PinnedFile): Promise<boolean> {
  return statSync(path).size === size && (await host.files.digest(path)) === sha256;
}

async function waitForLock(host: Host, path: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await withLock(host, path, work);
    } catch (error) {
      if (!isHaosError(error, 'HAOS_LOCKED')) throw error;
      await host.clock.sleep(500);
    }
  }
}

async function download(
  host: Host,
  { pin, path, source }: { pin: PinnedFile; path: string; source: FileSource },
): Promise<void> {
  const url = releaseUrl(source.base, source.version, pin.name);
  const options: DownloadOptions = {
    sha256: pin.sha256,
    maxBytes: pin.size,
    keepPart: true,
    timeout: source.isMirror ? MIRROR_TIMEOUT : TIMEOUT,
    connectTimeout: CONNECT_TIMEOUT,
    retries: 1,
    onProgress: (bytes) => source.onProgress?.(pin, bytes),
    ...(source.proxy && { proxy: source.proxy }),
  };
  try {
    await host.download?.(url, path, options);
  } catch (error) {
    if (isHaosError(error, 'HAOS_HTTP_CHECKSUM', 'HAOS_HTTP_TOO_LARGE'))
      throw new BuildFailure(differs(url, pin, source.version));
    if (!isHaosError(error)) throw error;
    if (/^HAOS_HTTP_/.test(error.code)) throw new Unreachable(error.message);
    throw new BuildFailure(error.message);
  }
}

function differs(place: string, { sha256 }: PinnedFile, version: string): string {
  return `${place} is not the file of k3s ${version} that os/versions.json pins: its sha256 is not ${sha256}`;
}
