import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveHost } from '@haos/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatTime, parseAuthenticated, signedBytes } from './authenticated-variable.js';
import { isSignedDataOf } from './efi-signature.js';
import { findKeyProblem } from './enroll-keys.js';
import { KEY_NAMES, type KeyName, VENDORS } from './key-variables.js';
import { makeSecureBootKeys } from './make-keys.js';
import { formatSignatureList, parseDatabase } from './signature-list.js';

const temporary = mkdtempSync(join(tmpdir(), 'haos-owner-'));
const directory = join(temporary, 'keys');
const at = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(at(name));
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: temporary, encoding: 'utf8', stdio: 'pipe' });
const NAME = 'ACME / Berlin = "Mitte" + Ä';

let made: Awaited<ReturnType<typeof makeSecureBootKeys>>;
beforeAll(async () => {
  made = await makeSecureBootKeys(liveHost(), { directory, name: NAME });
}, 60_000);
afterAll(() => rmSync(temporary, { recursive: true }));

const filesOf = (from: (name: KeyName) => Uint8Array) => ({
  PK: from('PK'),
  KEK: from('KEK'),
  db: from('db'),
});

describe('the keys of an owner', () => {
  it('are three keys with their certificates and signed variables, of which only root reads the keys', () => {
    const kinds = ['auth', 'cer', 'crt', 'key'];
    const expected = ['KEK', 'PK', 'db'].flatMap((name) => kinds.map((kind) => `${name}.${kind}`));
    expect(readdirSync(directory).sort()).toEqual([...expected, 'pcr.key']);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of [...KEY_NAMES, 'pcr']) expect(statSync(at(`${name}.key`)).mode & 0o777).toBe(0o600);
  });

  it.each(KEY_NAMES)('have the given name, and the fingerprint that openssl shows: %s', (name) => {
    const shown = run('openssl', 'x509', '-in', at(`${name}.crt`), '-noout', '-fingerprint', '-sha256');

    const fingerprint = shown.split('=')[1]?.trim().replaceAll(':', '').toLowerCase();
    expect(made[name]).toEqual({ name: `${NAME} ${name}`, sha256: fingerprint });
    run('openssl', 'x509', '-inform', 'DER', '-in', at(`${name}.cer`), '-noout');
  });

  it.each([
    ['PK', 'PK'],
    ['KEK', 'PK'],
    ['db', 'KEK'],
  ] as const)('sign the variables as openssl verifies it: %s with %s', (name, signer) => {
    const variable = parseAuthenticated(read(`${name}.auth`)) ?? expect.fail('it has another form');
    expect(Buffer.from(variable.value)).toEqual(Buffer.from(formatSignatureList(read(`${name}.cer`))));
    writeFileSync(at('signed'), signedBytes(name, variable));
    // A ContentInfo, which openssl needs: RFC 2315, 7.
    const [id, { length }] = [Buffer.from('06092a864886f70d010702', 'hex'), variable.signature];
    const head = (tag: number, size: number) => Buffer.from([tag, 0x82, size >> 8, size & 0xff]);
    const content = Buffer.concat([head(0xa0, length), variable.signature]);
    writeFileSync(at('p7'), Buffer.concat([head(0x30, id.length + content.length), id, content]));

    const files = [
      '-inform',
      'DER',
      '-in',
      at('p7'),
      '-content',
      at('signed'),
      '-CAfile',
      at(`${signer}.crt`),
    ];
    const options = ['-verify', '-binary', '-purpose', 'any', '-partial_chain', '-out', '/dev/null'];
    run('openssl', 'smime', ...options, ...files);
    rmSync(at('p7'));
    rmSync(at('signed'));
  });

  it('can be enrolled, also as another program writes the files', async () => {
    expect(await findKeyProblem(filesOf((name) => read(`${name}.auth`)))).toBeUndefined();

    for (const [name, signer] of [
      ['PK', 'PK'],
      ['KEK', 'PK'],
      ['db', 'KEK'],
    ] as const) {
      run('sbsiglist', '--owner', VENDORS.PK, '--type', 'x509', '--output', `${name}.esl`, at(`${name}.cer`));
      const key = ['--key', at(`${signer}.key`), '--cert', at(`${signer}.crt`)];
      const attributes = ['--attr', 'NON_VOLATILE,BOOTSERVICE_ACCESS,RUNTIME_ACCESS'];
      run('sbvarsign', ...key, ...attributes, '--output', `${name}.auth`, name, `${name}.esl`);
      // All but the owner, which is after the header.
      const [list, own] = [
        readFileSync(join(temporary, `${name}.esl`)),
        formatSignatureList(read(`${name}.cer`)),
      ];
      expect(list.subarray(0, 28)).toEqual(Buffer.from(own.subarray(0, 28)));
      expect(list.subarray(44)).toEqual(Buffer.from(own.subarray(44)));
    }
    const others = filesOf((name) => readFileSync(join(temporary, `${name}.auth`)));
    expect(await findKeyProblem(others)).toBeUndefined();
  });

  it('are never overwritten', async () => {
    const before = read('db.key');

    await expect(makeSecureBootKeys(liveHost(), { directory })).rejects.toMatchObject({
      code: 'HAOS_SECURE_BOOT_EXISTS',
      hint: expect.any(String),
    });
    expect(read('db.key')).toEqual(before);
  });

  it('leave nothing if they cannot be made', async () => {
    const other = join(temporary, 'other');

    await expect(
      makeSecureBootKeys(liveHost(), { directory: other, name: 'x'.repeat(100) }),
    ).rejects.toMatchObject({ code: 'HAOS_COMMAND_FAILED' });
    expect(readdirSync(temporary)).not.toContain('other');
  });
});

describe('a signed variable', () => {
  it('has a time without fractions, in UTC', () => {
    // 2026, 3, 4, 5, 6, 7, and nothing else.
    expect(Buffer.from(formatTime(Date.UTC(2026, 2, 4, 5, 6, 7, 890))).toString('hex')).toBe(
      'ea0703040506070000000000000000000000'.slice(0, 32),
    );
  });

  it('that is cut off has no value', () => {
    const whole = read('PK.auth');
    const { value } = parseAuthenticated(whole) ?? expect.fail('it has another form');
    for (let length = 0; length < whole.length; length += 7) {
      const cut = parseAuthenticated(whole.subarray(0, length));
      expect(parseDatabase(cut?.value ?? new Uint8Array()).certificates).not.toEqual([
        parseDatabase(value).certificates[0],
      ]);
    }
  });

  it('that was changed is not signed', async () => {
    const variable = parseAuthenticated(read('db.auth')) ?? expect.fail('it has another form');
    const trusted = [read('KEK.cer')];
    const covered = signedBytes('db', variable);
    expect(await isSignedDataOf(variable.signature, covered, trusted)).toBe(true);
    expect(await isSignedDataOf(variable.signature, covered, [read('PK.cer')])).toBe(false);
    expect(await isSignedDataOf(variable.signature, signedBytes('KEK', variable), trusted)).toBe(false);
    for (const offset of [0, 5, 20, 30, covered.length - 1]) {
      const changed = Uint8Array.from(covered);
      changed[offset] = (changed[offset] ?? 0) ^ 1;
      expect(await isSignedDataOf(variable.signature, changed, trusted), `byte ${offset}`).toBe(false);
    }
    for (let length = 0; length < variable.signature.length; length += 50)
      expect(await isSignedDataOf(variable.signature.subarray(0, length), covered, trusted)).toBe(false);
  });
});
