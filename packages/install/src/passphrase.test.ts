import { createTestHost } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkPassphrase, checkTpm, findEncryption } from './passphrase.js';

const GOOD = 'correct horse battery staple';
const FILE = '/root/passphrase';

function hostWith({ content = `${GOOD}\n`, mode = 0o600, status = 0 } = {}) {
  const host = createTestHost({
    tree: { [FILE]: { content, mode } },
    commands: { cryptsetup: { exitCode: status } },
  });
  onTestFinished(() => host.dispose());
  return host;
}

it.each([
  ['short', 'elevenchars', /at least 12/],
  ['long', 'x'.repeat(513), /at most 512/],
  ['with letters that the console cannot type', 'größere Passphrase', /ASCII/],
  ['of several lines', `${GOOD}\n${GOOD}`, /ASCII/],
])('refuses a passphrase that is %s, without repeating it', (_title, passphrase, problem) => {
  expect(checkPassphrase(passphrase)).toMatch(problem);
  expect(checkPassphrase(passphrase)).not.toContain(passphrase);
});

it('reads the passphrase of a file without the end of its line', async () => {
  const encrypt = { passphraseFile: FILE };

  expect(await findEncryption(hostWith(), { encrypt })).toMatchObject({
    check: { ok: true },
    passphrase: GOOD,
  });
});

it('does nothing if nothing is to be encrypted', async () => {
  expect(await findEncryption(hostWith(), {})).toBeUndefined();
});

it.each([
  ['without a passphrase', {}, {}, /no passphrase/],
  ['with a file that others may read', { mode: 0o640 }, { passphraseFile: FILE }, /other users/],
  ['with a file that is missing', {}, { passphraseFile: '/none' }, /\/none is not a file/],
  ['with a short passphrase', { content: 'short\n' }, { passphraseFile: FILE }, /at least 12/],
])('refuses %s, and says what to do', async (_title, file, encrypt, message) => {
  const { check, passphrase } = (await findEncryption(hostWith(file), { encrypt })) ?? {};

  expect(check).toMatchObject({
    ok: false,
    message: expect.stringMatching(message),
    hint: expect.any(String),
  });
  expect(passphrase).toBeUndefined();
});

it('does not encrypt an existing layout', async () => {
  const encrypt = { passphrase: GOOD };

  expect(await findEncryption(hostWith(), { encrypt, format: false })).toMatchObject({
    check: { ok: false },
  });
});

it.each([
  [0, true],
  [2, false],
])('tries the passphrase on existing data: status %d', async (status, ok) => {
  const host = hostWith({ status });
  const options = { encrypt: { passphraseFile: FILE }, format: false, data: '/dev/vda3' };

  expect(await findEncryption(host, options)).toMatchObject({ check: { ok } });
  expect(JSON.stringify(host.calls.map(({ args }) => args))).not.toContain(GOOD);
});

describe('the TPM', () => {
  const check = (version: string | undefined, boot: { bootImage?: string }) => {
    const path = '/sys/class/tpm/tpm0/tpm_version_major';
    const host = createTestHost({ tree: version === undefined ? {} : { [path]: `${version}\n` } });
    onTestFinished(() => host.dispose());
    return checkTpm(host, { target: { encrypt: { tpm: true } }, boot });
  };
  const bootImage = '/mnt/release/';

  it('can open the data if the machine has one and a boot image starts the node', () => {
    expect(check('2', { bootImage })).toMatchObject({ id: 'tpm', ok: true });
  });

  it.each([
    ['without a boot image', '2', {}, /only for a boot image with keys of your own/],
    ['on a machine without a TPM', undefined, { bootImage }, /no TPM 2.0/],
    ['with a TPM 1.2', '1', { bootImage }, /no TPM 2.0/],
  ])('is refused %s', (_title, version, boot, message) => {
    expect(check(version, boot)).toMatchObject({
      ok: false,
      message: expect.stringMatching(message),
      hint: expect.stringContaining('a passphrase only'),
    });
  });

  it('is not looked at if only a passphrase opens the data', () => {
    const host = createTestHost({ tree: {} });
    onTestFinished(() => host.dispose());
    expect(checkTpm(host, { target: { encrypt: {} } })).toBeUndefined();
  });
});
