import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { encrypt, verify } from 'unixcrypt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { encryptPassword, isCryptForm, password } from './password.js';

describe('password', () => {
  it('hashes clear text once', async () => {
    const host = hostWith();

    const { first, second } = await runTwice(password, { haos: { password: 'supersecure' } }, { host });

    expect(first.failures).toEqual([]);
    expect(second.operations).toEqual([]);
    expect(hashIn(host)).toMatch(/^\$6\$/);
    expect(verify('supersecure', hashIn(host))).toBe(true);
    expect(JSON.stringify(first)).not.toContain('supersecure');
  });

  it('keeps a matching hash with another salt or method', async () => {
    const hash = encrypt('supersecure', '$5$rounds=1000$somesalt');
    const host = hostWith({ tree: { '/etc/shadow': `rancher:${hash}:20000:0:99999:7:::\n` } });

    const run = await runApplier(password, { haos: { password: 'supersecure' } }, { host });

    expect(run.operations).toEqual([]);
  });

  it('replaces a hash that does not match', async () => {
    const host = hostWith();
    await runApplier(password, { haos: { password: 'one' } }, { host });

    await runApplier(password, { haos: { password: 'two' } }, { host });

    expect(verify('two', hashIn(host))).toBe(true);
  });

  it('keeps an encrypted form unchanged', async () => {
    const host = hostWith();
    const hash = '$1$tYtghCfK$QHa51MS6MVAcfUKuOzNKt0';

    const { second } = await runTwice(password, { haos: { password: hash } }, { host });

    expect(hashIn(host)).toBe(hash);
    expect(second.operations).toEqual([]);
  });

  it.each(['$100', '$1$salt', '$6$salt$short', '$y$', '$1$tYtghCfK$QHa51MS6MVAcfUKuOzNKt0:root', '*'])(
    'hashes %s, which only looks encrypted',
    async (clear) => {
      const host = hostWith();

      await runApplier(password, { haos: { password: clear } }, { host });

      expect(verify(clear, hashIn(host))).toBe(true);
    },
  );

  it('does nothing for an empty password', async () => {
    const host = hostWith();

    expect((await runApplier(password, { haos: { password: '' } }, { host })).operations).toEqual([]);
  });

  it('leaves other accounts alone', async () => {
    const host = hostWith();

    await runApplier(password, { haos: { password: 'x' } }, { host });

    expect(host.files.readText('/etc/shadow')).toContain('root:*:20000:0:99999:7:::\n');
  });

  it('adds a note if the initrd does not have the account yet', async () => {
    const host = hostWith({ tree: { '/etc/shadow': 'root:*:20000:0:99999:7:::\n' } });

    const run = await runApplier(password, { haos: { password: 'x' } }, { host, phase: 'initrd' });

    expect(run).toMatchObject({ failures: [], operations: [], notes: [expect.any(String)] });
  });

  it('fails if the account is missing in a later phase', async () => {
    const host = hostWith({ tree: { '/etc/shadow': 'root:*:20000:0:99999:7:::\n' } });

    const run = await runApplier(password, { haos: { password: 'x' } }, { host, phase: 'boot' });

    expect(run.failures).toEqual(['HAOS_ACCOUNT_UNKNOWN']);
  });

  it('plans without writing, and without the hash', async () => {
    const host = hostWith({ kind: 'plan' });
    const before = host.tree();

    const { first, second } = await runTwice(password, { haos: { password: 'x' } }, { host });

    expect(first.changes).toMatchObject([
      { path: '/etc/shadow', secret: true, after: { content: undefined } },
    ]);
    expect(second.changes).toEqual([]);
    expect(host.tree()).toEqual(before);
  });
});

describe('isCryptForm', () => {
  it.each([
    `$2b$12$${'a'.repeat(53)}`,
    `$5$saltsalt$${'a'.repeat(43)}`,
    `$6$rounds=5000$saltsalt$${'/'.repeat(86)}`,
    `$7$CU..../....saltsaltsalt$${'a'.repeat(43)}`,
    `$y$j9T$saltsaltsalt$${'a'.repeat(43)}`,
    `$gy$j9T$saltsaltsalt$${'a'.repeat(43)}`,
  ])('recognises %s', (value) => {
    expect(isCryptForm(value)).toBe(true);
  });

  it.each([`$6$saltsalt$${'a'.repeat(86)}\n`, `$9$saltsalt$${'a'.repeat(86)}`, '', 'x'])(
    'does not recognise %j',
    (value) => {
      expect(isCryptForm(value)).toBe(false);
    },
  );
});

function hashIn(host: ReturnType<typeof hostWith>): string {
  return /^rancher:([^:]*):/m.exec(host.files.readText('/etc/shadow'))?.[1] ?? '';
}

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}

it('encrypts a password for storage once', async () => {
  const encrypted = await encryptPassword('$supersecure');

  expect(verify('$supersecure', encrypted)).toBe(true);
  expect(await encryptPassword(encrypted)).toBe(encrypted);
});
