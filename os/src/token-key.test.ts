import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSecureBootKey } from './secure-boot-key.js';

/** A program for EFI (PE32+) with one section, packed. */
const PROGRAM =
  '841iIBs0MFAOAlwZGFLaGFHEPjAwMHAzEdAowMDAgE2NAlSOBCDAMPBAryS1ooSBgYEF2W+DwWGjYBSMglEwCkbBKBgFo2AUjIJRMAqGBUjOT0kdDYWRCwA=';
const PIN = 'correct-horse-73';
const SOFTHSM = '/usr/lib/softhsm/libsofthsm2.so';
/** The key in the token of this test. */
const KEY = `pkcs11:token=haos;object=db?module-path=${SOFTHSM}`;

const directory = mkdtempSync(join(tmpdir(), 'haos-token-'));
const at = (name: string) => join(directory, name);
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe', env: process.env });

function makeToken(label: string): void {
  run('softhsm2-util', '--init-token', '--free', '--label', label, '--so-pin', 'owner-73', '--pin', PIN);
}

/** Puts a program in front of the one of the same name; it records what others could see. */
function record(command: string): void {
  const program = execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim();
  const script = `#!/bin/sh\n{ echo "${command} $*"; env; cat /proc/$PPID/cmdline; echo; } >>${at('record')}\n`;
  writeFileSync(at(`bin/${command}`), `${script}exec ${program} "$@"\n`, { mode: 0o755 });
}

const setEnvironment = () => vi.stubEnv('SOFTHSM2_CONF', at('softhsm2.conf'));

beforeAll(() => {
  for (const name of ['tokens', 'bin']) mkdirSync(at(name));
  writeFileSync(at('softhsm2.conf'), `directories.tokendir = ${at('tokens')}\nobjectstore.backend = file\n`);
  for (const name of ['one', 'other']) {
    const request = ['req', '-new', '-x509', '-newkey', 'rsa:2048', '-noenc', '-subj', `/CN=${name}`];
    run('openssl', ...request, '-keyout', at(`${name}.key`), '-out', at(`${name}.crt`));
  }
  setEnvironment();
  for (const label of ['haos', 'twin', 'twin']) makeToken(label);
  const key = ['--import', at('one.key'), '--label', 'db', '--id', '01'];
  run('softhsm2-util', ...key, '--token', 'haos', '--pin', PIN);
  vi.unstubAllEnvs();
  writeFileSync(at('program.efi'), inflateRawSync(Buffer.from(PROGRAM, 'base64')));
  for (const [name, text] of Object.entries({ pin: `${PIN}\n`, wrong: 'wrong-73', empty: '\n' }))
    writeFileSync(at(name), text);
  writeFileSync(at('lines'), `${PIN}\nanother line\n`);
  writeFileSync(at('long'), 'x'.repeat(32));
  for (const command of ['openssl', 'sbsign']) record(command);
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true }));

beforeEach(() => {
  setEnvironment();
  vi.stubEnv('PATH', `${at('bin')}:${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const name of ['record', 'signed.efi']) rmSync(at(name), { force: true });
});

const certificate = at('one.crt');
const recorded = () => readFileSync(at('record'), 'utf8');
const programsRun = () => recorded().match(/^(openssl|sbsign) /gm) ?? [];

describe('a key in a token', () => {
  it.each([
    ['a file that an option names', { key: KEY, pinFile: at('pin') }],
    ['pin-source', { key: `${KEY}&pin-source=file:${at('pin')}` }],
    ['a person', { key: KEY }],
  ])('signs a program, with the PIN of %s, which others cannot see', async (_, named) => {
    const questions: string[] = [];
    const ask = async (message: string) => {
      questions.push(message);
      return PIN;
    };
    const sign = await openSecureBootKey({ ...named, certificate }, ask);

    sign(at('program.efi'), at('signed.efi'));

    expect(run('sbverify', '--cert', certificate, at('signed.efi'))).toContain('Signature verification OK');
    expect(() => run('sbverify', '--cert', at('other.crt'), at('signed.efi'))).toThrow();
    expect(questions).toEqual(_ === 'a person' ? ['PIN of pkcs11:token=haos;object=db'] : []);
    expect(programsRun()).toEqual(['openssl ', 'sbsign ']);
    expect(recorded()).not.toContain(PIN);
  });

  it('is found by its id, too', async () => {
    const key = KEY.replace('object=db', 'id=%01');

    await expect(openSecureBootKey({ key, certificate, pinFile: at('pin') })).resolves.toBeTypeOf('function');
  });

  it.each<
    [string, code: string, pattern: RegExp, Partial<Record<'key' | 'certificate' | 'pinFile', string>>]
  >([
    [
      'a wrong PIN',
      'PIN',
      /refused the PIN; it was tried once.* \(PIN incorrect\)$/,
      { pinFile: at('wrong') },
    ],
    ['a missing token', 'TOKEN', /no such token/, { key: KEY.replace('haos', 'absent') }],
    ['two tokens of one name', 'TOKEN', /several tokens match/, { key: KEY.replace('haos', 'twin') }],
    ['a missing key', 'KEY', /no such private key/, { key: KEY.replace('=db', '=absent') }],
    ['the certificate of another key', 'CERTIFICATE', /is not that of/, { certificate: at('other.crt') }],
    ['no certificate', 'CERTIFICATE', /one\.key is not a certificate/, { certificate: at('one.key') }],
    ['a file that is no library', 'TOOLS', /module-path/, { key: KEY.replace(SOFTHSM, at('pin')) }],
  ])('%s: HAOS_PKCS11_%s, and nothing is written', async (_, code, message, named) => {
    const signing = openSecureBootKey({ key: KEY, certificate, pinFile: at('pin'), ...named });

    await expect(signing).rejects.toMatchObject({
      code: `HAOS_PKCS11_${code}`,
      message: expect.stringMatching(message),
    });
    const runs = existsSync(at('record')) ? programsRun() : [];
    expect(runs).toEqual(_ === 'no certificate' ? [] : ['openssl ']);
    await expect(signing).rejects.not.toThrow(/correct-horse|wrong-73/);
  });

  it.each([
    ['no file and no terminal', undefined, /no terminal to ask for the PIN/],
    ['a missing file', 'absent', /cannot be read \(ENOENT\)/],
    ['an empty file', 'empty', /is empty/],
    ['two lines', 'lines', /must be one line/],
    ['more than the engine takes', 'long', /more than 31 bytes/],
  ])('a PIN from %s does not reach the token', async (_, file, message) => {
    const pinFile = file === undefined ? {} : { pinFile: at(file) };
    const signing = openSecureBootKey({ key: KEY, certificate, ...pinFile });

    await expect(signing).rejects.toMatchObject({
      code: 'HAOS_PKCS11_PIN',
      message: expect.stringMatching(message),
    });
    expect(existsSync(at('record'))).toBe(false);
  });

  it('needs the engine', async () => {
    vi.stubEnv('OPENSSL_ENGINES', at('tokens'));

    await expect(openSecureBootKey({ key: KEY, certificate, pinFile: at('pin') })).rejects.toMatchObject({
      code: 'HAOS_PKCS11_TOOLS',
      message: expect.stringContaining('libengine-pkcs11-openssl'),
    });
  });

  it('that was removed during the build leaves no program', async () => {
    const sign = await openSecureBootKey({ key: KEY, certificate, pinFile: at('pin') });
    writeFileSync(at('softhsm2.conf.empty'), `directories.tokendir = ${at('bin')}\n`);
    vi.stubEnv('SOFTHSM2_CONF', at('softhsm2.conf.empty'));

    expect(() => sign(at('program.efi'), at('signed.efi'))).toThrow(
      expect.objectContaining({ code: 'HAOS_PKCS11_TOKEN' }),
    );
    expect(existsSync(at('signed.efi'))).toBe(false);
  });
});
