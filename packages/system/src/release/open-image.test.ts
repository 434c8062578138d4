import { createHash } from 'node:crypto';
import { withCleanUp } from '@haos/host/internal';
import { createTestHost, type ScriptedResponse, type TestHost } from '@haos/host/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { cameFromMedium } from './came-from-medium.js';
import { type ImageOptions, openImage } from './open-image.js';

const URL = 'https://me:hunter2@releases.example/haos-amd64.iso';
const SUMS = 'https://me:hunter2@releases.example/sha256sum-amd64.txt';
const CONTENT = 'the content of an ISO'.repeat(50_000);
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

/** The content of the ISO, because the test does not really mount one. */
const FILES: Readonly<Record<string, string>> = {
  'haos/v1/rootfs.squashfs': 'root',
  'kernel/6.1-v1/kernel.squashfs': 'modules',
  'kernel/6.1-v1/vmlinuz': 'kernel',
  'kernel/6.1-v1/initrd': 'initrd',
};

let host: TestHost;
afterEach(() => host.dispose());

interface Machine {
  responses?: Readonly<Record<string, ScriptedResponse>>;
  /** /proc/self/mountinfo and /proc/meminfo. */
  mounts?: string;
  memory?: string;
}

function createMachine({ responses = { [URL]: CONTENT }, mounts = '', memory = '' }: Machine = {}): TestHost {
  const system = '/run/haos/image/iso/haos/system';
  const list = Object.entries(FILES)
    .map(([path, text]) => `${createHash('sha256').update(text).digest('hex')}  ${path}\n`)
    .join('');
  host = createTestHost({
    tree: {
      ...Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`${system}/${path}`, text])),
      [`${system}/sha256sum.txt`]: list,
      [`${system}/haos/current`]: { link: 'v1' },
      [`${system}/kernel/current`]: { link: '6.1-v1' },
      '/here.iso': CONTENT,
      '/releases/haos-amd64.iso': CONTENT,
      '/releases/haos-arm64.iso': CONTENT,
      '/proc/self/mountinfo': mounts,
      '/proc/meminfo': memory,
    },
    commands: { mount: {}, umount: {}, uname: { stdout: 'aarch64\n' } },
    responses,
  });
  return host;
}

/** Opens an image; resolves to the result, and to whether the download existed meanwhile. */
function open(options: ImageOptions, machine?: Machine) {
  const on = createMachine(machine);
  return withCleanUp(async (cleanUp) => {
    const { checks, image } = await openImage(on, cleanUp, options);
    const wasThere = on.files.stat('/run/haos/image/downloaded.iso') !== undefined;
    return { failed: checks.find(({ ok }) => !ok)?.id, image, wasThere };
  });
}

describe('an image from a URL', () => {
  it('is downloaded, mounted and verified, and then removed', async () => {
    const seen: (number | undefined)[] = [];
    const onDownload = (...progress: (number | undefined)[]) => seen.push(...progress);

    const found = await open({ iso: URL, sha256: SHA256, onDownload });

    expect(found).toMatchObject({ failed: undefined, wasThere: true });
    expect(found.image).toMatchObject({ directory: '/run/haos/image/iso/haos/system', set: { haos: 'v1' } });
    expect(seen).toEqual([CONTENT.length, CONTENT.length]);
    expect(host.files.stat('/run/haos/image/downloaded.iso')).toBeUndefined();
    expect(host.calls.map(({ command }) => command)).toEqual(['mount', 'umount']);
    expect(JSON.stringify(host.operations)).not.toContain('hunter2');
  });

  it('is accepted without a signature only with insecure', async () => {
    const unsigned = { responses: { [URL]: CONTENT, [SUMS]: '', [`${SUMS}.sig`]: { status: 404 } } };

    expect(await open({ iso: URL }, unsigned)).toEqual({ failed: 'download', wasThere: false });
    host.dispose();
    expect(await open({ iso: URL, insecure: true })).toMatchObject({ failed: undefined });
  });

  it.each<[string, ImageOptions, Machine]>([
    ['its digest differs', { sha256: '0'.repeat(64) }, {}],
    ['it does not exist', { sha256: SHA256 }, { responses: { [URL]: { status: 404 } } }],
    [
      'it does not fit into memory',
      { sha256: SHA256 },
      {
        mounts: '1 0 0:1 / /dev rw - devtmpfs dev rw\n2 0 0:2 / /run rw - tmpfs run rw\n',
        memory: `MemTotal: 1000000 kB\nMemAvailable:   ${131_072 + 100} kB\n`,
      },
    ],
  ])('is refused when %s', async (_title, options, machine) => {
    expect(await open({ iso: URL, ...options }, machine)).toEqual({ failed: 'download', wasThere: false });
  });

  it('may have its digest in upper case', async () => {
    expect(await open({ iso: URL, sha256: SHA256.toUpperCase() })).toMatchObject({ failed: undefined });
  });

  it('may fill a disk, whatever the memory', async () => {
    const mounts = '1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:2 / /ru rw - tmpfs t rw\n';
    const machine = { mounts, memory: 'MemAvailable: 1 kB\n' };

    expect(await open({ iso: URL, sha256: SHA256 }, machine)).toMatchObject({ failed: undefined });
  });
});

it.each([
  ['a URL', 'https://releases.example/v1/'],
  ['a directory', '/releases'],
])('is that of this machine in %s with a release', async (_title, iso) => {
  const found = await open(
    { iso, insecure: true },
    { responses: { 'https://releases.example/v1/haos-arm64.iso': CONTENT } },
  );

  expect(found.failed).toBeUndefined();
  expect(host.calls).toContainEqual(
    expect.objectContaining({
      command: 'mount',
      args: expect.arrayContaining([
        iso.startsWith('/') ? '/releases/haos-arm64.iso' : '/run/haos/image/downloaded.iso',
      ]),
    }),
  );
});

describe('an image in a file', () => {
  it('needs no digest, but must match one that is given', async () => {
    expect(await open({ iso: '/here.iso' })).toMatchObject({ failed: undefined, wasThere: false });
    host.dispose();
    expect(await open({ iso: '/here.iso', sha256: SHA256.toUpperCase() })).toMatchObject({
      failed: undefined,
    });
    host.dispose();
    expect(await open({ iso: '/here.iso', sha256: '0'.repeat(64) })).toMatchObject({ failed: 'image' });
  });

  it('must exist', async () => {
    expect(await open({ iso: '/none.iso' })).toMatchObject({ failed: 'image' });
  });
});

describe('a machine', () => {
  it.each([
    ['came from an ISO', '1 0 0:1 / / rw - tmpfs x rw\n2 1 11:0 / /.base ro - iso9660 /dev/sr0 ro\n', true],
    [
      'was booted over the network',
      '1 0 0:1 / / rw - tmpfs x rw\n2 1 0:2 / /.base ro - tmpfs base ro\n',
      false,
    ],
    ['runs something else', '1 0 8:1 / / rw - ext4 /dev/sda1 rw\n', false],
  ])('%s', (_title, mounts, expected) => {
    expect(cameFromMedium(createMachine({ mounts }))).toBe(expected);
  });
});
