import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestHost, type ScriptedResponse } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchDigest } from './fetch-digest.js';
import { verifyChecksums } from './verify-checksums.js';

const DIGEST = createHash('sha256').update('an ISO').digest('hex');
const CHECKSUMS = Buffer.from(`${DIGEST}  haos-amd64.iso\n`);

function createKey(type = 'ed25519'): { pem: string; key: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync(type as 'ed25519');
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), key: privateKey };
}

const ours = createKey();
const next = createKey();
const others = createKey();
const signature = sign(null, CHECKSUMS, ours.key);
const failure = (code: string) => expect.objectContaining({ code });

describe('signed checksums', () => {
  it.each([
    ['the key that signed them', [ours.pem]],
    ['one of several keys', [next.pem, 'not a key', ours.pem]],
  ])('are accepted with %s', async (_title, keys) => {
    const digests = await verifyChecksums({ checksums: CHECKSUMS, signature, keys });

    expect(digests).toEqual(new Map([['haos-amd64.iso', DIGEST]]));
  });

  it.each([
    ['without a key', { keys: [] }],
    ['with a foreign key', { keys: [others.pem] }],
    ['with a key of another kind', { keys: [createKey('x25519').pem] }],
    ['when a byte was changed', { checksums: Buffer.from(CHECKSUMS.toString().replace('amd64', 'arm64')) }],
    ['when something was added', { checksums: Buffer.concat([CHECKSUMS, Buffer.from('\n')]) }],
    ['with a truncated signature', { signature: signature.subarray(0, 63) }],
    ['with an empty signature', { signature: Buffer.alloc(0) }],
  ])('are rejected %s', async (_title, changes) => {
    const given = { checksums: CHECKSUMS, signature, keys: [ours.pem], ...changes };

    await expect(verifyChecksums(given)).rejects.toEqual(failure('HAOS_RELEASE_SIGNATURE'));
  });

  it('are compatible with openssl in both directions', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'haos-keys-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const openssl = (...args: string[]) =>
      execFileSync('openssl', args, { cwd: directory, encoding: 'utf8' });
    openssl('genpkey', '-algorithm', 'ed25519', '-out', 'key.pem');
    openssl('pkey', '-in', 'key.pem', '-pubout', '-out', 'public.pem');
    writeFileSync(join(directory, 'sums'), CHECKSUMS);
    openssl('pkeyutl', '-sign', '-rawin', '-inkey', 'key.pem', '-in', 'sums', '-out', 'theirs');
    writeFileSync(join(directory, 'ours'), signature);
    writeFileSync(join(directory, 'ours.pem'), ours.pem);

    const keys = [readFileSync(join(directory, 'public.pem'), 'utf8')];
    const theirs = readFileSync(join(directory, 'theirs'));
    expect((await verifyChecksums({ checksums: CHECKSUMS, signature: theirs, keys })).size).toBe(1);
    const verifying = [
      '-verify',
      '-rawin',
      '-pubin',
      '-inkey',
      'ours.pem',
      '-in',
      'sums',
      '-sigfile',
      'ours',
    ];
    expect(openssl('pkeyutl', ...verifying)).toContain('Verified Successfully');
  });
});

describe('keys that rotate', () => {
  const [first, second] = [createKey(), createKey()];
  const signedBy = ({ key }: { key: KeyObject }) => sign(null, CHECKSUMS, key);

  // Each row is a node: the keys of its image, the key of the release, and whether it takes it.
  it.each([
    ['before: a release of the old key', [first.pem], first, true],
    ['before: a release of the new key', [first.pem], second, false],
    ['between: a release of the old key', [first.pem, second.pem], first, true],
    ['between: a release of the new key', [first.pem, second.pem], second, true],
    ['after: a release of the new key', [second.pem], second, true],
    ['after: a release of the old key, which was lost or stolen', [second.pem], first, false],
  ])('%s', async (_title, keys, key, isAccepted) => {
    const verifying = verifyChecksums({ checksums: CHECKSUMS, signature: signedBy(key), keys });

    if (isAccepted) await expect(verifying).resolves.toBeInstanceOf(Map);
    else await expect(verifying).rejects.toEqual(failure('HAOS_RELEASE_SIGNATURE'));
  });
});

describe('the digest of an artefact', () => {
  const URL = 'https://user:secret@releases.example/v1/haos-amd64.iso?token=secret';
  const LIST = 'https://user:secret@releases.example/v1/sha256sum-amd64.txt?token=secret';
  const SIGNATURE = 'https://user:secret@releases.example/v1/sha256sum-amd64.txt.sig?token=secret';

  function createHost(responses: Readonly<Record<string, ScriptedResponse>> = {}) {
    const host = createTestHost({
      tree: { '/usr/share/haos/keys/2026.pem': ours.pem, '/usr/share/haos/keys/README.md': 'keys' },
      responses: { [LIST]: CHECKSUMS, [SIGNATURE]: signature, ...responses },
    });
    onTestFinished(() => host.dispose());
    return host;
  }

  it('is in the signed list beside it, which the keys of the image verify', async () => {
    expect(await fetchDigest(createHost(), URL)).toBe(DIGEST);
  });

  it('is rejected if the signature is missing or foreign', async () => {
    const unsigned = createHost({ [SIGNATURE]: { status: 404 } });
    const foreign = createHost({ [SIGNATURE]: sign(null, CHECKSUMS, others.key) });

    for (const host of [unsigned, foreign]) {
      const found = fetchDigest(host, URL);
      await expect(found).rejects.toEqual(failure('HAOS_RELEASE_SIGNATURE'));
      await expect(found).rejects.not.toThrow(/secret/);
    }
  });

  it('is unknown if the URL does not name a release artefact', async () => {
    const renamed = URL.replace('haos-amd64', 'mine-amd64');

    for (const url of [renamed, URL.replace('-amd64.iso', '.iso'), 'nothing']) {
      await expect(fetchDigest(createHost(), url)).rejects.toEqual(failure('HAOS_RELEASE_UNKNOWN'));
    }
  });
});
