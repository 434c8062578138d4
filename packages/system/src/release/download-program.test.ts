import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { withCleanUp } from '@haos/host/internal';
import { createTestHost } from '@haos/host/testing';
import { expect, it, onTestFinished } from 'vitest';
import { bootImageNames } from '../boot/boot-image.js';
import type { DownloadIsoOptions } from './download-iso.js';
import { downloadProgram } from './download-program.js';

const BASE = 'https://releases.example/v2';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const KEYS = [publicKey.export({ type: 'spki', format: 'pem' }).toString()];

/** Downloads from a release with these files, whose checksums are signed. */
async function download(
  files: Readonly<Record<string, string>>,
  options: Partial<DownloadIsoOptions> = {},
  listed = files,
): Promise<string | undefined> {
  const line = ([name, text]: [string, string]) =>
    `${createHash('sha256').update(text).digest('hex')}  ${name}\n`;
  const sums = Object.entries(listed).map(line).join('');
  const responses = {
    [`${BASE}/sha256sum-amd64.txt`]: sums,
    [`${BASE}/sha256sum-amd64.txt.sig`]: sign(null, Buffer.from(sums), privateKey),
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`${BASE}/${name}`, text])),
    ...Object.fromEntries(
      ['haos-boot-cloud-amd64.efi', 'haos-boot-amd64.efi']
        .filter((name) => !(name in files))
        .map((name) => [`${BASE}/${name}`, { status: 404 }]),
    ),
  };
  const host = createTestHost({ tree: { '/scratch': { directory: true } }, responses });
  onTestFinished(() => host.dispose());
  const names = bootImageNames('cloud', 'amd64');
  const given = { url: `${BASE}/haos-amd64.iso`, names, path: '/scratch/boot.efi', keys: KEYS };
  return withCleanUp(async (cleanUp) => {
    const path = await downloadProgram(host, cleanUp, { ...given, ...options });
    return path && host.files.readText(path);
  });
}

it.each<[title: string, files: Record<string, string>, content: string | undefined]>([
  ['of the kind', { 'haos-boot-cloud-amd64.efi': 'cloud', 'haos-boot-amd64.efi': 'generic' }, 'cloud'],
  ['of the only kernel', { 'haos-boot-amd64.efi': 'only' }, 'only'],
  ['of a release without one', { 'haos-amd64.iso': 'iso' }, undefined],
])('the boot image %s is found by its name', async (_title, files, content) => {
  expect(await download(files)).toBe(content);
  expect(await download(files, { insecure: true }, {})).toBe(content);
  expect(await download(files, { sha256: 'a'.repeat(64) }, {})).toBe(content);
});

it('a boot image that differs from the signed checksums is refused', async () => {
  const changed = download({ 'haos-boot-amd64.efi': 'changed' }, {}, { 'haos-boot-amd64.efi': 'signed' });

  await expect(changed).rejects.toMatchObject({ code: 'HAOS_HTTP_CHECKSUM' });
});
