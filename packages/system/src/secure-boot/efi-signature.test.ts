import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../testing/boot-image.js';
import { isSignedFor } from './efi-signature.js';

const directory = mkdtempSync(join(tmpdir(), 'haos-signature-'));
const at = (name: string) => join(directory, name);
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });

/** Signs a program with keys, as `npm run os:build` does. */
function sign(program: Buffer, ...keys: string[]): Buffer {
  writeFileSync(at('signed'), program);
  for (const key of keys)
    run('sbsign', '--key', `${key}.key`, '--cert', `${key}.crt`, '--output', 'signed', 'signed');
  return readFileSync(at('signed'));
}

const trust = (...names: string[]) => ({
  certificates: names.map((name) => readFileSync(at(`${name}.cer`))),
  digests: [],
});

const PROGRAM = makeProgram({ '.text': 'code', '.osrel': 'NAME="HAOS"\n' });

beforeAll(() => {
  for (const name of ['owner', 'other', 'root']) {
    const request = [
      'req',
      '-new',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-noenc',
      '-sha256',
      '-subj',
      `/CN=${name}`,
    ];
    run('openssl', ...request, '-keyout', `${name}.key`, '-out', `${name}.crt`);
  }
  run(
    'openssl',
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-noenc',
    '-subj',
    '/CN=leaf',
    '-keyout',
    'leaf.key',
    '-out',
    'leaf.csr',
  );
  run(
    'openssl',
    'x509',
    '-req',
    '-sha256',
    '-in',
    'leaf.csr',
    '-CA',
    'root.crt',
    '-CAkey',
    'root.key',
    '-out',
    'leaf.crt',
  );
  for (const name of ['owner', 'other', 'root', 'leaf'])
    run('openssl', 'x509', '-in', `${name}.crt`, '-outform', 'DER', '-out', `${name}.cer`);
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true }));

describe('the signature of a boot image', () => {
  it('is that of a certificate of the firmware', async () => {
    const signed = sign(PROGRAM, 'owner');

    expect(await isSignedFor(signed, trust('owner'))).toBe(true);
    expect(await isSignedFor(signed, trust('other', 'owner'))).toBe(true);
    expect(await isSignedFor(signed, trust('other'))).toBe(false);
    expect(await isSignedFor(signed, trust())).toBe(false);
  });

  it('may be one of several, or that of a certificate that one of the firmware signed', async () => {
    expect(await isSignedFor(sign(PROGRAM, 'other', 'owner'), trust('owner'))).toBe(true);
    expect(await isSignedFor(sign(PROGRAM, 'leaf'), trust('root'))).toBe(true);
    expect(await isSignedFor(sign(PROGRAM, 'leaf'), trust('owner'))).toBe(false);
  });

  it('covers each byte that it should', async () => {
    const signed = sign(PROGRAM, 'owner');
    // In a header, in a section, in the digest, in the signature.
    for (const offset of [2, 0x84, 4100, PROGRAM.length + 100, signed.length - 20]) {
      const changed = Buffer.from(signed);
      changed.writeUInt8(changed.readUInt8(offset) ^ 1, offset);
      expect(await isSignedFor(changed, trust('owner')), `byte ${offset}`).toBe(false);
    }
  });

  // Two keys at once, one of them revoked, as long as nodes get the new one.
  it.each<[title: string, signers: string[], db: string[], dbx: string[], isStarted: boolean]>([
    ['the old key, both trusted', ['owner'], ['owner', 'other'], [], true],
    ['the new key, both trusted', ['other'], ['owner', 'other'], [], true],
    ['both keys, the old one removed', ['owner', 'other'], ['other'], [], true],
    ['the old key, which was removed', ['owner'], ['other'], [], false],
    ['the old key, which was revoked', ['owner'], ['owner', 'other'], ['owner'], false],
    ['the new key, the old one revoked', ['other'], ['owner', 'other'], ['owner'], true],
    ['both keys, the old one revoked', ['owner', 'other'], ['owner', 'other'], ['owner'], false],
    ['a key whose issuer was revoked', ['leaf'], ['leaf'], ['root'], false],
  ])('of a rotation: %s', async (_title, signers, db, dbx, isStarted) => {
    const program = sign(PROGRAM, ...signers);

    expect(await isSignedFor(program, { ...trust(...db), refused: trust(...dbx) })).toBe(isStarted);
  });

  it('is missing, or cut off', async () => {
    const signed = sign(PROGRAM, 'owner');

    expect(await isSignedFor(PROGRAM, trust('owner'))).toBe(false);
    for (const length of [0, 1, 64, 200, 4096, PROGRAM.length + 4, PROGRAM.length + 60, signed.length - 1])
      expect(await isSignedFor(signed.subarray(0, length), trust('owner')), `${length} bytes`).toBe(false);
  });

  it('is not needed if the firmware has the digest of the program', async () => {
    // Covered is all but the checksum and the entry for signatures: 0x80 + 24 + 64, and + 144.
    const covered = [PROGRAM.subarray(0, 0xd8), PROGRAM.subarray(0xdc, 0x128), PROGRAM.subarray(0x130)];
    const digest = createHash('sha256').update(Buffer.concat(covered)).digest('hex');

    expect(await isSignedFor(PROGRAM, { certificates: [], digests: [digest] })).toBe(true);
    expect(await isSignedFor(sign(PROGRAM, 'other'), { certificates: [], digests: [digest] })).toBe(true);
    const refused = { certificates: [], digests: [digest] };
    expect(await isSignedFor(PROGRAM, { ...refused, refused })).toBe(false);
    expect(await isSignedFor(sign(PROGRAM, 'owner'), { ...trust('owner'), refused })).toBe(false);
  });
});
