import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Dispatcher } from 'undici';
import { withCleanUp } from '../clean-up.js';
import { isHaosError } from '../errors.js';
import { fileError } from '../files/file-error.js';
import type { Copied, DownloadOptions, HostClock } from '../types.js';
import { httpError } from './http-error.js';
import { sendRequest } from './http-request.js';
import { checkDigest, tooLarge } from './http-response.js';
import { firstTarget } from './http-target.js';
import { asPassing, describeFailure, PassingFailure, pauseAfter } from './passing-failure.js';

const DEFAULT_TIMEOUT = 30_000;
const DEFAULT_RETRIES = 5;
const PARTIAL = 206;
const BEYOND_THE_END = 416;

/** The part of the file received so far. */
interface Progress {
  /** The final path, for messages. */
  path: string;
  file: FileHandle;
  size: number;
  hash: Hash;
  /**
   * The entity tag of the version that the bytes belong to. Without one, only a digest can prove
   * that the rest belongs to them.
   */
  tag: string | undefined;
}

interface Work {
  url: string;
  options: DownloadOptions;
  clock: HostClock;
}

/** Downloads as `Host.download` describes. Records no operation. */
export async function downloadFile(
  url: string,
  path: string,
  options: DownloadOptions = {},
  clock: HostClock,
): Promise<Copied> {
  const temporary = `${path}.part`;
  const keepPart = isKept(options);
  const file = await onDisk(path, () => openPart(temporary, keepPart));
  return withCleanUp(async (cleanUp) => {
    cleanUp.always(() => file.close());
    try {
      const copied = await fill({ path, file, ...emptyPart(), tag: undefined }, { url, options, clock });
      await onDisk(path, () => file.sync());
      await onDisk(path, () => rename(temporary, path));
      return copied;
    } catch (error) {
      if (!keepPart || isHaosError(error, 'HAOS_HTTP_CHECKSUM'))
        cleanUp.onError(() => rm(temporary, { force: true }));
      throw error;
    }
  });
}

function emptyPart(): Pick<Progress, 'size' | 'hash'> {
  return { size: 0, hash: createHash('sha256') };
}

/**
 * Returns whether parts may be joined without an entity tag, because the digest of the whole file
 * is known.
 */
function isKept({ keepPart, sha256 }: DownloadOptions): boolean {
  return keepPart === true && sha256 !== undefined;
}

/** Opens the partial file; keeps the content from an earlier call if `keepPart` is true. */
function openPart(path: string, keepPart: boolean): Promise<FileHandle> {
  const fresh = keepPart ? 0 : constants.O_TRUNC;
  return open(path, constants.O_RDWR | constants.O_CREAT | fresh, 0o600);
}

/**
 * Downloads the missing part. Discards the part from an earlier call if the digest of the whole
 * file is wrong.
 */
async function fill(progress: Progress, work: Work): Promise<Copied> {
  const { sha256 } = work.options;
  await readPart(progress);
  const wasBegun = progress.size > 0;
  if (!wasBegun || digestOf(progress) !== sha256) await attempt(progress, work);
  if (wasBegun && digestOf(progress) !== sha256) {
    Object.assign(progress, emptyPart(), { tag: undefined });
    await attempt(progress, work);
  }
  if (sha256 !== undefined) checkDigest(work.url, digestOf(progress), sha256);
  return { size: progress.size, sha256: digestOf(progress) };
}

/** Hashes the part that an earlier call left. */
async function readPart(progress: Progress): Promise<void> {
  const { path, file, hash } = progress;
  const buffer = Buffer.alloc(1 << 20);
  for (let isAtEnd = false; !isAtEnd; ) {
    const { bytesRead } = await onDisk(path, () => file.read(buffer, 0, buffer.length, progress.size));
    hash.update(buffer.subarray(0, bytesRead));
    progress.size += bytesRead;
    isAtEnd = bytesRead === 0;
  }
}

/** Returns the digest so far, in lower-case hex. */
function digestOf({ hash }: Progress): string {
  return hash.copy().digest('hex');
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError('download to', path, error);
  }
}

/** Retries until the file is complete, or several attempts in a row made no progress. */
async function attempt(progress: Progress, { url, options, clock }: Work): Promise<void> {
  const { retries = DEFAULT_RETRIES, signal } = options;
  let furthest = progress.size;
  for (let failures = 0; ; ) {
    const outcome = await receive(url, progress, options).catch(asPassing);
    if (!(outcome instanceof PassingFailure)) return;
    signal?.throwIfAborted();
    failures = progress.size > furthest ? 0 : failures + 1;
    furthest = Math.max(furthest, progress.size);
    if (failures > retries) throw outcome.error;
    await clock.sleep(pauseAfter(outcome, failures, clock.now()), signal);
  }
}

/** Makes one attempt, and continues after the received part if possible. */
async function receive(url: string, progress: Progress, options: DownloadOptions): Promise<void> {
  const { timeout = DEFAULT_TIMEOUT, connectTimeout, proxy, signal } = options;
  const { size, tag } = progress;
  const isResuming = size > 0 && (tag !== undefined || isKept(options));
  const headers: Record<string, string> = {
    ...(isResuming && { range: `bytes=${size}-` }),
    ...(isResuming && tag !== undefined && { 'if-range': tag }),
  };
  const accept = isResuming ? [PARTIAL, BEYOND_THE_END] : [];
  try {
    await sendRequest(
      firstTarget(url, 'GET', headers),
      { timeout, connectTimeout, proxy, signal, accept },
      (response, at) => store(response, progress, { url: at, options }),
    );
  } catch (error) {
    throw describeFailure(error, { url, timeout, timedOut: false });
  }
}

async function store(
  response: Dispatcher.ResponseData,
  progress: Progress,
  { url, options }: { url: string; options: DownloadOptions },
): Promise<void> {
  const { maxBytes = Number.POSITIVE_INFINITY, onProgress } = options;
  const isContinued = response.statusCode === PARTIAL && startOf(response) === progress.size;
  if (!isContinued) await startOver(progress, response);
  // The server cannot send this range; the next attempt asks for the whole file.
  if (!isContinued && [PARTIAL, BEYOND_THE_END].includes(response.statusCode))
    throw new PassingFailure(
      httpError('HAOS_HTTP_FAILED', url, 'the server sent another range than requested'),
    );
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  const total = Number.isNaN(length) ? undefined : progress.size + length;
  if ((total ?? 0) > maxBytes) throw tooLarge(url, maxBytes);
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    if (progress.size + chunk.length > maxBytes) throw tooLarge(url, maxBytes);
    await append(progress, chunk);
    onProgress?.(progress.size, total);
  }
  await onDisk(progress.path, () => progress.file.truncate(progress.size));
}

async function startOver(progress: Progress, { headers }: Dispatcher.ResponseData): Promise<void> {
  await onDisk(progress.path, () => progress.file.truncate(0));
  Object.assign(progress, emptyPart());
  // A weak tag does not promise the same bytes: RFC 9110, 8.8.1.
  progress.tag = /^".*"$/.exec(String(headers.etag ?? ''))?.[0];
}

async function append(progress: Progress, chunk: Buffer): Promise<void> {
  const { path, file, size } = progress;
  for (let written = 0; written < chunk.length; ) {
    const rest = chunk.length - written;
    written += (await onDisk(path, () => file.write(chunk, written, rest, size + written))).bytesWritten;
  }
  progress.hash.update(chunk);
  progress.size += chunk.length;
}

/** Returns where a part begins: RFC 9110, 14.4. */
function startOf({ headers }: Dispatcher.ResponseData): number | undefined {
  const start = /^bytes (\d+)-/.exec(String(headers['content-range'] ?? ''))?.[1];
  return start === undefined ? undefined : Number(start);
}
