import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { withCleanUp } from '@haos/host/internal';
import { createTestHost, type Tree } from '@haos/host/testing';
import { expect, it, onTestFinished } from 'vitest';
import { makeBootImage, makeBootLoader, makeImage } from '../testing/boot-image.js';
import { flag, SECURE_BOOT } from '../testing/firmware.js';
import { type BootFilesOptions, openBootFiles } from './open-boot-files.js';

const SET = { haos: 'v1.0.0', kernel: '6.1-cloud-amd64-v1.0.0' };
const SYSTEM = '/medium/system';
const BASE = 'https://releases.example/v1';
const CLOUD = makeBootImage(SET);
const LOADER = makeBootLoader();
const GENERIC = makeBootImage({ ...SET, kernel: '6.1-amd64-v1.0.0' });
const DB = '/sys/firmware/efi/efivars/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const KEYS = [publicKey.export({ type: 'spki', format: 'pem' }).toString()];

const RELEASE = {
  'haos-boot-amd64.efi': GENERIC,
  'haos-boot-cloud-amd64.efi': CLOUD,
  'haos-loader-amd64.efi': LOADER,
};
type Release = Readonly<Record<string, Buffer>>;

interface Machine {
  /** The files of the release; on the web, those that its signed checksums list are the same. */
  release?: Release;
  listed?: Release;
  tree?: Record<string, Tree>;
}

/** Opens the files with a release at `/release` and on the web; resolves to what was found. */
async function open(
  bootImage: string,
  { release = RELEASE, listed = release, tree = {} }: Machine = {},
  options: Partial<BootFilesOptions> = {},
) {
  const sums = Object.entries(listed)
    .map(([name, content]) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`)
    .join('');
  const host = createTestHost({
    tree: {
      [`${SYSTEM}/haos/${SET.haos}/rootfs.squashfs`]: makeImage(`rootfs.squashfs ${SET.haos}`),
      [`${SYSTEM}/kernel/${SET.kernel}/kernel.squashfs`]: makeImage(`kernel.squashfs ${SET.kernel}`),
      ...Object.fromEntries(Object.entries(release).map(([name, file]) => [`/release/${name}`, file])),
      ...tree,
    },
    responses: {
      [`${BASE}/sha256sum-amd64.txt`]: sums,
      [`${BASE}/sha256sum-amd64.txt.sig`]: sign(null, Buffer.from(sums), privateKey),
      ...Object.fromEntries(
        Object.keys(RELEASE).map((name) => [`${BASE}/${name}`, release[name] ?? { status: 404 }]),
      ),
    },
  });
  onTestFinished(() => host.dispose());
  const image = { directory: SYSTEM, set: SET, size: 0 };
  return withCleanUp(async (cleanUp) => {
    const { check, files } = await openBootFiles(host, cleanUp, { bootImage, image, keys: KEYS, ...options });
    const read = (path: string) => Buffer.from(host.files.read(path));
    return { check, image: files && read(files.image), loader: files && read(files.loader) };
  });
}

it.each([
  '/release/haos-boot-cloud-amd64.efi',
  '/release',
  '/release/',
  `${BASE}/`,
  `${BASE}/haos-boot-cloud-amd64.efi`,
])('finds the boot image for the kernel at %s, and the boot loader beside it', async (bootImage) => {
  expect(await open(bootImage)).toMatchObject({ check: { ok: true }, image: CLOUD, loader: LOADER });
});

it.each<[title: string, bootImage: string, machine: Machine, message: RegExp]>([
  ['of another kernel', '/release/haos-boot-amd64.efi', {}, /starts HAOS v1.0.0 with the kernel 6.1-amd64/],
  ['that does not exist', '/none.efi', {}, /none.efi has no boot image/],
  [
    'without a boot loader',
    '/release/',
    { release: { 'haos-boot-amd64.efi': CLOUD } },
    /has no haos-loader-amd64.efi/,
  ],
  ['of a release without one', `${BASE}/`, { release: {} }, /has no boot image/],
  ['that the checksums do not list', `${BASE}/`, { listed: {} }, /has no boot image/],
  [
    'that differs from the checksums',
    `${BASE}/`,
    { listed: { ...RELEASE, 'haos-boot-cloud-amd64.efi': GENERIC } },
    /sha256|checksum|digest/i,
  ],
  [
    'that the firmware does not trust',
    '/release/',
    { tree: { [SECURE_BOOT]: flag(true), [DB]: Buffer.alloc(4) } },
    /is not signed with a key that the firmware trusts/,
  ],
])('refuses a boot image %s', async (_title, bootImage, machine, message) => {
  const { check, image } = await open(bootImage, machine);

  expect(check).toMatchObject({ id: 'boot-image', ok: false, message: expect.stringMatching(message) });
  expect(check.hint).toMatch(/^[A-Z].*\.$/);
  expect(image).toBeUndefined();
});

it('accepts a download that is not listed only if it may be insecure', async () => {
  expect(await open(`${BASE}/`, { listed: {} }, { insecure: true })).toMatchObject({ image: CLOUD });
  // The digest of an ISO says nothing about a boot image.
  const pinned = { sha256: 'a'.repeat(64) } as Partial<BootFilesOptions>;
  expect((await open(`${BASE}/`, { listed: {} }, pinned)).check.ok).toBe(false);
});
