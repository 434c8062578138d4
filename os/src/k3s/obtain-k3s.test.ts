import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveHost } from '@haos/host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { K3sPins, PinnedFile } from '../versions.js';
import { nameK3s } from './k3s-parts.js';
import type { K3sRequest } from './k3s-request.js';
import { obtainK3s } from './obtain-k3s.js';

const VERSION = 'v1.36.4+k3s1';
const PROGRAM = Buffer.alloc(200_000, 'program');
const IMAGES = Buffer.alloc(300_000, 'images');

let directory: string;
let cache: string;
let server: Server | undefined;
let requested: string[];
let printed: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-obtain-'));
  cache = join(directory, 'cache');
  requested = [];
  printed = [];
});
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  rmSync(directory, { recursive: true });
});

function pin(name: string, content: Buffer): PinnedFile {
  return { name, sha256: createHash('sha256').update(content).digest('hex'), size: content.length };
}

/** Starts a server for releases; resolves to its base URL. */
async function serve(answer: RequestListener): Promise<string> {
  server = createServer((request, response) => {
    requested.push(`${request.url} ${request.headers.range ?? ''}`.trim());
    answer(request, response);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases`;
}

const release: RequestListener = (request, response) => {
  response.end(request.url?.endsWith('/k3s') ? PROGRAM : IMAGES);
};

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:1/releases';

interface Wanted {
  request?: Partial<K3sRequest>;
  releases?: string;
  isRequired?: boolean;
}

function obtain({ request = {}, releases = NOWHERE, isRequired = false }: Wanted) {
  const files = { program: pin('k3s', PROGRAM), images: pin('k3s-airgap-images-amd64.tar.zst', IMAGES) };
  const pins: K3sPins = { version: VERSION, releases, amd64: files, arm64: files };
  return obtainK3s(liveHost(), {
    request: { without: false, airgap: false, ...request },
    pins,
    architecture: 'amd64',
    cache,
    isRequired,
    print: (line) => printed.push(line),
  });
}

function writeProgram(name: string, script: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`); // not executable, as a browser leaves it
  return path;
}

describe('the pinned release', () => {
  it('is downloaded once and kept', async () => {
    const releases = await serve(release);

    const first = await obtain({ releases, request: { airgap: true } });
    const second = await obtain({ releases, request: { airgap: true } });

    expect(requested).toEqual([
      '/releases/v1.36.4%2Bk3s1/k3s',
      '/releases/v1.36.4%2Bk3s1/k3s-airgap-images-amd64.tar.zst',
    ]);
    expect(second).toEqual(first);
    expect(first && nameK3s(first)).toBe('v1.36.4+k3s1.airgap');
    expect(readFileSync(first?.program.path ?? '').equals(PROGRAM)).toBe(true);
    expect(readFileSync(first?.images?.path ?? '').equals(IMAGES)).toBe(true);
    expect(printed).toEqual([]);
  });

  it('is downloaded once by two builds at the same time', async () => {
    const releases = await serve(release);

    const [one, two] = await Promise.all([obtain({ releases }), obtain({ releases })]);

    expect(requested).toHaveLength(1);
    expect(one).toEqual(two);
  });

  it('continues where an earlier build was interrupted', async () => {
    const part = join(cache, VERSION, 'k3s.part');
    mkdirSync(join(cache, VERSION), { recursive: true });
    writeFileSync(part, PROGRAM.subarray(0, 150_000));
    const releases = await serve((_request, response) => {
      const headers = { 'content-range': `bytes 150000-199999/200000` };
      response.writeHead(206, headers).end(PROGRAM.subarray(150_000));
    });

    const parts = await obtain({ releases });

    expect(requested).toEqual(['/releases/v1.36.4%2Bk3s1/k3s bytes=150000-']);
    expect(readFileSync(parts?.program.path ?? '').equals(PROGRAM)).toBe(true);
  });

  it('is downloaded again when the kept file is damaged', async () => {
    const releases = await serve(release);
    const parts = await obtain({ releases });
    writeFileSync(parts?.program.path ?? '', 'damaged');

    await obtain({ releases });

    expect(requested).toHaveLength(2);
    expect(statSync(parts?.program.path ?? '').size).toBe(PROGRAM.length);
  });

  it('comes from a mirror', async () => {
    const mirror = await serve(release);

    expect(await obtain({ request: { mirror } })).toMatchObject({ version: VERSION });
  });

  it('comes from a directory, with no network and no copy', async () => {
    const from = join(directory, 'downloaded');
    mkdirSync(from);
    writeFileSync(join(from, 'k3s'), PROGRAM);

    expect(await obtain({ request: { from } })).toMatchObject({
      version: VERSION,
      program: { path: join(from, 'k3s'), isPinned: true },
    });
  });

  it.each<[string, (from: string) => void, RegExp]>([
    ['lacks the file', () => undefined, /--k3s-from: .* has no k3s$/],
    ['has another file', (from) => writeFileSync(join(from, 'k3s'), 'other'), /is not the file of k3s/],
  ])('is an error when the directory %s', async (_title, fill, message) => {
    const from = join(directory, 'downloaded');
    mkdirSync(from);
    fill(from);

    await expect(obtain({ request: { from } })).rejects.toMatchObject({
      status: 1,
      message: expect.stringMatching(message),
    });
  });

  it('is an error if a server has another file, and that file is not kept', async () => {
    const other = Buffer.alloc(PROGRAM.length, 'other');
    const releases = await serve((_request, response) => response.end(other));

    await expect(obtain({ releases })).rejects.toThrow(/is not the file of k3s v1\.36\.4\+k3s1/);
    expect(readdirSync(join(cache, VERSION)).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });
});

describe('without a way to get k3s', () => {
  it('the build continues without it, and says how to provide it', async () => {
    expect(await obtain({})).toBeUndefined();
    expect(printed[0]).toMatch(/^cannot download k3s v1\.36\.4\+k3s1: .*127\.0\.0\.1:1/);
    expect(printed.join('\n')).toMatch(/--k3s PATH.*--k3s-from.*--k3s-mirror(.|\n)*--no-k3s/);
  });

  it('the next build gets it', async () => {
    await obtain({});

    expect(await obtain({ releases: await serve(release) })).toMatchObject({ version: VERSION });
  });

  it.each<[string, Wanted]>([
    ['a mirror was named', { request: { mirror: NOWHERE } }],
    ['its images are wanted', { request: { airgap: true } }],
    ['a release is signed', { isRequired: true }],
  ])('it is an error when %s', async (_title, wanted) => {
    await expect(obtain(wanted)).rejects.toMatchObject({
      status: 1,
      message: expect.stringMatching(/cannot download/),
    });
  });

  it('nothing is requested if the image gets no k3s', async () => {
    const releases = await serve(release);

    expect(await obtain({ releases, request: { without: true } })).toBeUndefined();
    expect([requested, printed]).toEqual([[], []]);
  });
});

describe('a program given by hand', () => {
  it('has the version that it prints, and its digest in the name', async () => {
    const program = writeProgram(
      'mine',
      'echo "k3s version v1.36.3+k3s1 (abcdef)"; echo "go version go1.26"',
    );

    const parts = await obtain({ request: { program } });

    const digest = createHash('sha256').update(readFileSync(program)).digest('hex');
    expect(parts).toMatchObject({ version: 'v1.36.3+k3s1', program: { isPinned: false, sha256: digest } });
    expect(parts && nameK3s(parts)).toBe(`v1.36.3+k3s1.g${digest.slice(0, 8)}`);
  });

  it('counts as pinned if its digest matches, whatever its name', async () => {
    const program = join(directory, 'downloaded-k3s');
    writeFileSync(program, PROGRAM);

    const parts = await obtain({ request: { program } });

    expect(parts && nameK3s(parts)).toBe(VERSION);
  });

  it.each([
    ['fails', 'exit 3', /exit status 3/],
    ['prints something else', 'echo hello', /printed "hello"/],
    ['prints a version that cannot be a name', 'echo "k3s version v1.2.3/../x (a)"', /printed/],
  ])('is an error when it %s', async (_title, script, message) => {
    const program = writeProgram('mine', script);

    await expect(obtain({ request: { program } })).rejects.toMatchObject({
      status: 1,
      message: expect.stringMatching(message),
    });
  });

  it('uses images of the same version only, unless they are also given', async () => {
    const program = writeProgram('mine', 'echo "k3s version v1.36.3+k3s1 (abcdef)"');
    const images = join(directory, 'my images.tar');
    writeFileSync(images, 'other images');

    await expect(obtain({ request: { program, airgap: true } })).rejects.toThrow(
      /belong to k3s v1\.36\.4\+k3s1/,
    );
    expect(await obtain({ request: { program, airgap: true, images } })).toMatchObject({
      images: { name: 'airgap-images.tar', path: images, isPinned: false },
    });
    writeFileSync(images, IMAGES);
    expect(await obtain({ request: { program, airgap: true, images } })).toMatchObject({
      images: { name: 'k3s-airgap-images-amd64.tar.zst', path: images, isPinned: true },
    });
  });
});
