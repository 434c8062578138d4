import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../testing/clock.js';
import type { DownloadOptions } from '../types.js';
import { downloadFile } from './download.js';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

let directory: string;
let path: string;
let server: Server | undefined;
let requests: IncomingMessage['headers'][];
/**
 * A response that ends once the client has this much; if it ended earlier, data could be lost in
 * transit.
 */
let broken: { response: ServerResponse; end: number } | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-download-'));
  path = join(directory, 'file');
  requests = [];
  broken = undefined;
});
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  rmSync(directory, { recursive: true });
});

type Handler = (response: ServerResponse, start: number, attempt: number) => void;

async function serve(handler: Handler): Promise<string> {
  server = createServer((request, response) => {
    requests.push(request.headers);
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    handler(response, start, requests.length);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
}

/** Sends everything from `start`; breaks off at `end`. */
function send(response: ServerResponse, start: number, { end = CONTENT.length, etag = '"1"' } = {}): void {
  const range = `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`;
  broken = undefined;
  const headers = {
    etag,
    'content-length': CONTENT.length - start,
    ...(start > 0 && { 'content-range': range }),
  };
  response.writeHead(start > 0 ? 206 : 200, headers);
  if (end === CONTENT.length) response.end(CONTENT.subarray(start));
  else {
    broken = { response, end };
    response.write(CONTENT.subarray(start, end));
  }
}

function download(url: string, { onProgress, ...options }: DownloadOptions = {}) {
  const watch: DownloadOptions['onProgress'] = (bytes, total) => {
    onProgress?.(bytes, total);
    if (broken && bytes >= broken.end) broken.response.destroy();
  };
  return downloadFile(url, path, { ...options, onProgress: watch }, createTestClock());
}
const failure = (code: string) => expect.objectContaining({ code });

it('downloads a whole file, readable only by its owner, and reports progress', async () => {
  const url = await serve((response) => send(response, 0));
  const seen: [number, number | undefined][] = [];

  const copied = await download(url, { sha256: SHA256, onProgress: (...progress) => seen.push(progress) });

  expect(copied).toEqual({ size: CONTENT.length, sha256: SHA256 });
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(seen.at(-1)).toEqual([CONTENT.length, CONTENT.length]);
  expect(readdirSync(directory)).toEqual(['file']);
});

it('resumes where it broke off as long as it makes progress', async () => {
  const url = await serve((response, start, attempt) =>
    send(response, start, attempt < 9 ? { end: attempt * 30_000 } : {}),
  );

  expect(await download(url, { retries: 0 })).toMatchObject({ sha256: SHA256 });

  expect(readFileSync(path).equals(CONTENT)).toBe(true);
  expect(requests).toHaveLength(9);
  for (const headers of requests.slice(1)) {
    expect(headers).toMatchObject({ range: expect.stringMatching(/^bytes=\d+-$/), 'if-range': '"1"' });
  }
});

it.each([
  ['has changed', '"2"'],
  ['has no strong tag', 'W/"1"'],
])('starts again with a file that %s', async (_title, etag) => {
  const url = await serve((response, _start, attempt) =>
    attempt === 1 ? send(response, 0, { end: 200_000, etag }) : send(response, 0),
  );

  expect(await download(url)).toEqual({ size: CONTENT.length, sha256: SHA256 });
  expect(readFileSync(path).equals(CONTENT)).toBe(true);
});

it.each([
  ['another range', (response: ServerResponse) => send(response, 7)],
  ['an unsatisfiable range', (response: ServerResponse) => response.writeHead(416).end()],
])('starts again if the server answers a range request with %s', async (_title, answer) => {
  const url = await serve((response, start, attempt) => {
    if (attempt === 1) send(response, 0, { end: 100_000 });
    else if (start > 0) answer(response);
    else send(response, 0);
  });

  expect(await download(url)).toMatchObject({ sha256: SHA256 });
  expect(requests).toHaveLength(3);
});

it('gives up after several attempts without progress, and leaves no file', async () => {
  const url = await serve((response) => response.writeHead(503).end());

  await expect(download(url, { retries: 2 })).rejects.toEqual(failure('HAOS_HTTP_STATUS'));
  expect(requests).toHaveLength(3);
  expect(readdirSync(directory)).toEqual([]);
});

it.each<[string, string, DownloadOptions]>([
  ['another digest', 'HAOS_HTTP_CHECKSUM', { sha256: '0'.repeat(64) }],
  ['a file above the size limit', 'HAOS_HTTP_TOO_LARGE', { maxBytes: 1000 }],
])('rejects %s, and keeps the existing file', async (_title, code, options) => {
  const url = await serve((response) => send(response, 0));

  await expect(download(url, options)).rejects.toEqual(failure(code));
  expect(readdirSync(directory)).toEqual([]);
  expect(requests).toHaveLength(1);
});

it('counts bytes if the server does not send the size', async () => {
  const url = await serve((response) => response.writeHead(200).end(CONTENT));

  await expect(download(url, { maxBytes: 1000 })).rejects.toEqual(failure('HAOS_HTTP_TOO_LARGE'));
});

it('ends with the reason of its signal', async () => {
  const url = await serve((response) => send(response, 0, { end: 10 }));
  const ended = new AbortController();
  const reason = new Error('enough');

  const work = download(url, { signal: ended.signal, onProgress: () => ended.abort(reason) });

  await expect(work).rejects.toBe(reason);
  expect(existsSync(`${path}.part`)).toBe(false);
});

it('reports a missing directory without sending a request', async () => {
  const url = await serve((response) => send(response, 0));

  const work = downloadFile(url, join(directory, 'none/file'), {}, createTestClock());

  await expect(work).rejects.toEqual(failure('HAOS_FILE_NOT_FOUND'));
  expect(requests).toEqual([]);
});

describe('with keepPart', () => {
  const options: DownloadOptions = { sha256: SHA256, keepPart: true, retries: 0 };

  it('keeps the received part, and continues from it in the next call', async () => {
    const url = await serve((response, start, attempt) => {
      if (attempt === 2) response.writeHead(503).end();
      else send(response, start, attempt === 1 ? { end: 100_000 } : {});
    });

    await expect(download(url, options)).rejects.toEqual(failure('HAOS_HTTP_STATUS'));
    expect(readdirSync(directory)).toEqual(['file.part']);

    expect(await download(url, options)).toEqual({ size: CONTENT.length, sha256: SHA256 });
    expect(readdirSync(directory)).toEqual(['file']);
    expect(Number(/^bytes=(\d+)-$/.exec(requests.at(-1)?.range ?? '')?.[1])).toBeGreaterThanOrEqual(100_000);
  });

  it('sends no request if the file is already complete', async () => {
    const url = await serve((response) => send(response, 0));
    writeFileSync(`${path}.part`, CONTENT);

    expect(await download(url, options)).toEqual({ size: CONTENT.length, sha256: SHA256 });
    expect(requests).toEqual([]);
  });

  it.each([
    ['belongs to another file', Buffer.alloc(1000, 1)],
    ['is longer than the file', Buffer.alloc(CONTENT.length + 1, 1)],
  ])('starts again if the existing part %s', async (_title, left) => {
    const url = await serve((response, start) =>
      start > CONTENT.length ? response.writeHead(416).end() : send(response, start),
    );
    writeFileSync(`${path}.part`, left);

    expect(await download(url, { ...options, retries: 1 })).toEqual({ size: CONTENT.length, sha256: SHA256 });
    expect(readFileSync(path).equals(CONTENT)).toBe(true);
  });

  it('discards a file with another digest', async () => {
    const url = await serve((response, start) => send(response, start));

    await expect(download(url, { ...options, sha256: '0'.repeat(64) })).rejects.toEqual(
      failure('HAOS_HTTP_CHECKSUM'),
    );
    expect(readdirSync(directory)).toEqual([]);
  });
});
