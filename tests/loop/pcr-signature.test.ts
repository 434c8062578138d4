import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  MAX_FLOOR,
  PCR_SECTIONS,
  predictPcr11,
  readPcrKey,
  withPcrSignature,
} from '../../os/src/pcr-signature.js';
import { makeProgram } from '../../packages/system/src/testing/boot-image.js';

/** In tpm-key.test.ts a TPM verifies the signature. */
const CONTENTS = { '.linux': 'kernel', '.osrel': 'ID=haos', '.cmdline': 'quiet', '.initrd': 'initrd v1' };
const EMPTY = Object.fromEntries(
  Object.entries(PCR_SECTIONS).map(([name, { room }]) => [name, ' '.repeat(room)]),
);
const newKey = (type: 'rsa' | 'ed25519' = 'rsa', modulusLength = 2048) =>
  (type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength }) : generateKeyPairSync('ed25519'))
    .privateKey;

it('computes PCR 11 as systemd-measure does', () => {
  // systemd-measure calculate --linux=... --bank=sha256 --phase=enter-initrd, of systemd 252
  const expected = 'e23ca17d26a533942b12344f58972f4de21894a10d450115e96855c45a6d2778';

  expect(predictPcr11(makeProgram(CONTENTS)).toString('hex')).toBe(expected);
  // Neither what is still empty nor the signature is measured, in any order of the file.
  expect(predictPcr11(makeProgram({ '.pcrsig': '{}', ...EMPTY, ...CONTENTS })).toString('hex')).toBe(
    expected,
  );
});

it('fills the empty sections, and only those', () => {
  const key = newKey();
  const image = makeProgram({ ...CONTENTS, ...EMPTY });
  const signed = withPcrSignature(image, key);

  expect(signed.length).toBe(image.length);
  expect(signed.toString('latin1')).not.toMatch(/\.nop/);
  const [line = ''] = /\{"sha256":.*?\]\}/.exec(signed.toString('latin1')) ?? [];
  const [{ pcrs, pol, sig }] = JSON.parse(line).sha256;
  expect(pcrs).toEqual([11]);
  const isValid = verify('sha256', Buffer.from(pol, 'hex'), createPublicKey(key), Buffer.from(sig, 'base64'));
  expect(isValid).toBe(true);
  expect(withPcrSignature(image, key)).toEqual(signed);
  expect(() => withPcrSignature(signed, key)).toThrow('no room for .pcrpkey');
});

it('signs the same policy for each floor up to that of the boot image', () => {
  const key = newKey();
  const image = makeProgram({ ...CONTENTS, ...EMPTY });
  const read = (floor: number) => {
    const text = withPcrSignature(image, key, floor).toString('latin1');
    return JSON.parse(/\{"sha256":.*?\]\}/.exec(text)?.[0] ?? '');
  };

  expect(read(0)).not.toHaveProperty('floors');
  const { sha256, floors } = read(2);
  expect(sha256).toEqual(read(0).sha256);
  const signed = floors.map((signature: string, index: number) => {
    const data = Buffer.concat([Buffer.from(sha256[0].pol, 'hex'), Buffer.from(`haos-floor-${index + 1}`)]);
    return verify('sha256', data, createPublicKey(key), Buffer.from(signature, 'base64'));
  });
  expect(signed).toEqual([true, true]);
  expect(read(MAX_FLOOR).floors).toHaveLength(MAX_FLOOR);
});

it('takes only a key that every TPM can verify, and does not quote it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-pcr-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const write = (name: string, text: string | Buffer) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const pem = (key: ReturnType<typeof newKey>) => key.export({ type: 'pkcs8', format: 'pem' });

  expect(readPcrKey(write('good', pem(newKey()))).asymmetricKeyType).toBe('rsa');
  for (const path of [
    write('large', pem(newKey('rsa', 3072))),
    write('other', pem(newKey('ed25519'))),
    write('secret', 'a secret'),
    join(directory, 'missing'),
  ])
    expect(() => readPcrKey(path)).toThrow(
      /^\S+ is not a private RSA key of 2048 bits in PEM without a passphrase$/,
    );
});
