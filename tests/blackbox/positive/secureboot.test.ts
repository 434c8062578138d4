import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haos, haosOk } from '../haos.js';
import { changedPaths, makeDirectory, takeSnapshot, writeTree } from '../tree.js';

const VARIABLES = '/sys/firmware/efi/efivars';
const GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c';

describe('haos secureboot keys', () => {
  it('makes keys with a name, for the build and for a machine, and never overwrites them', async () => {
    const directory = join(makeDirectory(), 'keys');
    const keys = ['secureboot', 'keys', directory];

    const { stdout } = await haosOk([...keys, '--name', 'ACME', '--format', 'json']);

    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(JSON.parse(stdout)).toEqual({
      directory,
      keys: {
        PK: { name: 'ACME PK', sha256 },
        KEK: { name: 'ACME KEK', sha256 },
        db: { name: 'ACME db', sha256 },
      },
    });
    expect(statSync(join(directory, 'db.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(directory, 'db.crt'), 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    const before = takeSnapshot(directory);
    expect((await haos(keys)).status).toBe(5);
    expect(changedPaths(before, takeSnapshot(directory))).toEqual([]);
  });

  it.each([
    ['without a directory', []],
    ['with two directories', ['a', 'b']],
    ['with a name that no certificate can hold', ['a', '--name', 'x'.repeat(61)]],
    ['with a name of control characters', ['a', '--name', 'a\nb']],
  ])('is wrong usage %s', async (_title, args) => {
    const cwd = makeDirectory();
    expect((await haos(['secureboot', 'keys', ...args], { cwd })).status).toBe(2);
    expect([...takeSnapshot(cwd).keys()]).toEqual([...takeSnapshot(makeDirectory()).keys()]);
  });
});

describe('haos secureboot status', () => {
  it('says that a machine has no EFI', async () => {
    const { stdout } = await haosOk(['secureboot', 'status', '--root', makeDirectory()]);

    expect(stdout).toMatch(/^next: +The machine started without EFI/);
  });

  it('shows a firmware in setup mode', async () => {
    const root = makeDirectory();
    writeTree(root, {
      [`${VARIABLES}/SetupMode-${GLOBAL}`]: '\x06\0\0\0\x01',
      [`${VARIABLES}/SecureBoot-${GLOBAL}`]: '\x06\0\0\0\0',
    });
    const before = takeSnapshot(root);

    const { stdout } = await haosOk(['secureboot', 'status', '--root', root]);

    expect(stdout).toBe(`secure boot:   off
setup mode:    on
PK:            none
KEK:           none
db:            none
dbx:           0 entries
boot:          no disk has HAOS on an EFI partition
next:          The firmware takes keys now: \`haos secureboot enroll DIR\`. docs/secure-boot.md says what must be on the disk before.
`);
    expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
  });
});

describe('haos secureboot enroll', () => {
  it.each([
    ['without a directory', [], 2],
    ['on a machine that is not a node', ['keys', '--yes'], 5],
  ])('changes nothing %s', async (_title, args, status) => {
    expect((await haos(['secureboot', 'enroll', ...args])).status).toBe(status);
  });
});
