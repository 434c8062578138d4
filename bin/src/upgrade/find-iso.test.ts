import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createTestHost, type TestHost } from '@haos/host/testing';
import { upgrade } from '@haos/system';
import { afterEach, describe, expect, it } from 'vitest';
import { findIso } from './find-iso.js';

const RELEASES = 'https://releases.example/haos';
const CHANNEL = `haos: { upgrade: { channel: '${RELEASES}/latest' } }\n`;
const ISO = 'the content of an ISO';
const SUMS = `${createHash('sha256').update(ISO).digest('hex')}  haos-arm64.iso\n`;

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const KEY = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const SIGNATURE = sign(null, Buffer.from(SUMS), privateKey).toString('latin1');

let host: TestHost;
afterEach(() => host.dispose());

/** Upgrades a node with a channel and these files; resolves to the checks by id. */
async function open(source: string, at: string, tree: Readonly<Record<string, string>>) {
  const bytes = (text: string) => ({ body: Buffer.from(text, 'latin1') });
  host = createTestHost({
    tree: { '/haos/system/config.yaml': CHANNEL, ...tree },
    commands: { uname: { stdout: 'aarch64\n' }, mount: {}, umount: {} },
    responses: {
      [`${at}/haos-arm64.iso`]: bytes(ISO),
      [`${at}/sha256sum-arm64.txt`]: bytes(SUMS),
      [`${at}/sha256sum-arm64.txt.sig`]: bytes(SIGNATURE),
    },
  });
  const { iso, proxy } = await findIso(host, source);
  const { status, checks } = await upgrade({ host, image: { iso }, proxy });
  expect(status).toBe('refused');
  return Object.fromEntries(checks.map(({ id, ok }) => [id, ok]));
}

describe('a release that is named', () => {
  const known = { '/usr/share/haos/keys/haos-2026.pem': KEY };

  it.each([
    ['by its version', 'v1.1.0+rc1', `${RELEASES}/download/v1.1.0%2Brc1`],
    ['as the latest one', 'latest', `${RELEASES}/latest/download`],
    ['by the place of its ISOs', 'https://mirror.example/a/', 'https://mirror.example/a'],
    ['by the URL of its ISO', 'https://mirror.example/a/haos-arm64.iso', 'https://mirror.example/a'],
  ])('%s is downloaded for this machine and verified', async (_title, source, at) => {
    // The download here is not a real ISO.
    expect(await open(source, at, known)).toEqual({ download: true, image: false });
    expect(host.files.stat('/var/lib/rancher/HAOS/upgrade')).toBeUndefined();
  });

  it('is refused by an image without keys', async () => {
    expect(await open('latest', `${RELEASES}/latest/download`, {})).toEqual({ download: false });
  });

  it('is refused if an unknown key signed it', async () => {
    const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

    expect(
      await open('latest', `${RELEASES}/latest/download`, { '/usr/share/haos/keys/haos-2026.pem': other }),
    ).toEqual({ download: false });
  });

  it.each(['latest', 'v1.1.0'])(
    'as %s is refused without a channel, and nothing is downloaded',
    async (source) => {
      const opened = open(source, RELEASES, { ...known, '/haos/system/config.yaml': '' });

      await expect(opened).rejects.toMatchObject({
        code: 'HAOS_UPGRADE_NO_CHANNEL',
        hint: expect.stringContaining('haos.upgrade.channel'),
      });
      expect(host.operations).toEqual([]);
    },
  );
});
