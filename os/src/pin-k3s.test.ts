import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseVersions } from './versions.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const VERSION = 'v1.99.0+k3s1';
const FLAG_LIST = 'packages/cc/src/k3s/flag-list.ts';

/** A program that shows one known and one new flag. */
const PROGRAM = `#!/bin/sh
[ "$2" = --data-dir ] && [ -d "$3" ] || exit 9
printf '   --debug  on\\n   --future value  new in %s\\n' "$1"
`;

const FILES: Readonly<Record<string, string>> = {
  k3s: PROGRAM,
  'k3s-arm64': PROGRAM,
  'k3s-airgap-images-amd64.tar.zst': 'images',
  'k3s-airgap-images-arm64.tar.zst': 'images for arm64',
};

let root: string;
let server: Server;
let mirror: string;
let files: Record<string, string>;
let requested: string[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'haos-pin-test-'));
  for (const path of ['os/versions.json', FLAG_LIST, 'docs/building.md', 'README.md']) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    cpSync(join(repository, path), join(root, path));
  }
  files = { ...FILES };
  for (const architecture of ['amd64', 'arm64']) {
    const sums = Object.entries(FILES).map(([name, text]) => `${sha256(text)}  ${name}\n`);
    files[`sha256sum-${architecture}.txt`] = sums.join('');
  }
  requested = [];
  server = createServer((request, response) => {
    requested.push(`${request.method} ${request.url}`);
    const text = files[request.url?.replace('/releases/v1.99.0%2Bk3s1/', '') ?? ''];
    if (text === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': Buffer.byteLength(text) }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases/`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(root, { recursive: true });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');

function pin(...args: string[]): Promise<{ status: number | null; output: string }> {
  const program = [join(repository, 'node_modules/.bin/tsx'), join(repository, 'os/src/pin-k3s.ts')] as const;
  const child = spawn(program[0], [program[1], '--root', root, '--mirror', mirror, ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })));
}

it('pins digests and sizes, and updates flags and pages to the release', async () => {
  const before = parseVersions(read('os/versions.json'));

  const { status, output } = await pin(VERSION);

  expect(status, output).toBe(0);
  const { k3s, ...others } = parseVersions(read('os/versions.json'));
  const { k3s: _, ...othersBefore } = before;
  expect(others).toEqual(othersBefore);
  expect(k3s).toMatchObject({ version: VERSION, releases: before.k3s.releases });
  expect(k3s.arm64).toEqual({
    program: { name: 'k3s-arm64', sha256: sha256(PROGRAM), size: PROGRAM.length },
    images: { name: 'k3s-airgap-images-arm64.tar.zst', sha256: sha256('images for arm64'), size: 16 },
  });
  expect(read(FLAG_LIST)).toMatch(
    /FLAGS_OF = 'v1\.99\.0\+k3s1'(.|\n)*COMMON_FLAGS = `(.|\n)* future= (.|\n)*SERVER/,
  );
  expect(output).toMatch(/New flags .*: future=\n(.|\n)*cluster-init/);
  expect(read('docs/building.md')).toContain(`now ${VERSION}`);
  expect(read('docs/building.md')).not.toMatch(before.k3s.version.replace(/[.+]/g, '\\$&'));
  // For the other files, only the size is requested.
  expect(requested.filter((line) => line.startsWith('GET') && !line.includes('sha256sum'))).toHaveLength(1);
}, 60_000);

it('does not change the flags with --no-flags, and downloads no program', async () => {
  const { status } = await pin(VERSION, '--no-flags');

  expect(status).toBe(0);
  expect(read(FLAG_LIST)).toBe(readFileSync(join(repository, FLAG_LIST), 'utf8'));
  expect(requested.filter((line) => line.startsWith('GET') && !line.includes('sha256sum'))).toEqual([]);
}, 60_000);

it.each<[string, () => unknown, RegExp]>([
  ['the release does not exist', () => delete files['sha256sum-amd64.txt'], /status 404/],
  ['it has no image archive', () => delete files['k3s-airgap-images-arm64.tar.zst'], /curl ended/],
  [
    'a checksum is missing',
    () => Object.assign(files, { 'sha256sum-arm64.txt': `${sha256(PROGRAM)}  k3s-arm64\n` }),
    /no checksum of k3s-airgap-images-arm64/,
  ],
  [
    'the program does not match the checksum',
    () => Object.assign(files, { k3s: PROGRAM.replace('on', 'no') }),
    /is not the file/,
  ],
  ['the program does not run', () => setProgram('#!/bin/sh\nexit 3\n'), /--help failed: exit status 3/],
])(
  'writes nothing when %s',
  async (_title, spoil, message) => {
    spoil();

    const { status, output } = await pin(VERSION);

    expect([status, output]).toEqual([1, expect.stringMatching(message)]);
    expect(read('os/versions.json')).toBe(readFileSync(join(repository, 'os/versions.json'), 'utf8'));
  },
  60_000,
);

function setProgram(text: string): void {
  files.k3s = text;
  files['k3s-arm64'] = text;
  for (const name of ['sha256sum-amd64.txt', 'sha256sum-arm64.txt'])
    files[name] = (files[name] ?? '').replaceAll(sha256(PROGRAM), sha256(text));
}

it.each([[[]], [['1.36.4']], [['v1.36.4']], [[VERSION, VERSION]], [[VERSION, '--what']]])(
  'rejects %j as wrong usage',
  async (args) => {
    expect(await pin(...args)).toMatchObject({
      status: 2,
      output: expect.stringContaining('usage: npm run k3s'),
    });
    expect(requested).toEqual([]);
  },
  60_000,
);
