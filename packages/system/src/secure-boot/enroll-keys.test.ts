import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Host, liveHost, planHost } from '@haos/host';
import { createTestHost, type ScriptedCommand, type TestHost, type Tree } from '@haos/host/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EFI_LOADERS } from '../boot/efi-loader.js';
import { makeProgram } from '../testing/boot-image.js';
import { failingHost } from '../testing/failing-host.js';
import { flag, SECURE_BOOT, SETUP_MODE, withFirmware } from '../testing/firmware.js';
import { formatAuthenticated, formatTime, signedBytes } from './authenticated-variable.js';
import { checkEnrolment, enrollKeys, planEnrolment } from './enroll-keys.js';
import { KEY_NAMES, keyVariablePath, readKeyVariable } from './key-variables.js';
import { makeSecureBootKeys } from './make-keys.js';
import { adviseSecureBoot, readSecureBootStatus } from './secure-boot-status.js';
import { formatSignatureList } from './signature-list.js';

const temporary = mkdtempSync(join(tmpdir(), 'haos-enrol-'));
const [own, others] = [join(temporary, 'own'), join(temporary, 'others')] as [string, string];
const read = (name: string) => readFileSync(join(temporary, name));

/** The directory with the keys on the machine. */
const KEYS = '/run/media/keys';
const ESP = '/run/haos/esp';
const LOADER = 'EFI/BOOT/BOOTX64.EFI';

/** A program with the signature of an owner. */
function signedBy(keys: string): Buffer {
  const program = join(temporary, 'program');
  writeFileSync(program, makeProgram({ '.text': 'code' }));
  const key = ['--key', join(keys, 'db.key'), '--cert', join(keys, 'db.crt')];
  execFileSync('sbsign', [...key, '--output', program, program], { stdio: 'pipe' });
  return readFileSync(program);
}

/** A `db.auth` with these certificates, which the KEK of an owner signed. */
function dbOf(keys: string, ...certificates: Buffer[]): Buffer {
  const value = Buffer.concat(certificates.map(formatSignatureList));
  const time = formatTime(Date.UTC(2026, 0));
  const key = ['-signer', join(keys, 'KEK.crt'), '-inkey', join(keys, 'KEK.key')];
  const signing = ['smime', '-sign', '-binary', '-noattr', '-md', 'sha256', '-outform', 'DER', ...key];
  const signature = execFileSync('openssl', signing, { input: signedBytes('db', { time, value }) });
  return Buffer.from(formatAuthenticated({ time, signature, value }));
}

let [signed, foreign]: Buffer[] = [];
beforeAll(async () => {
  await makeSecureBootKeys(liveHost(), { directory: own, name: 'Owner' });
  await makeSecureBootKeys(liveHost(), { directory: others, name: 'Other' });
  [signed, foreign] = [signedBy(own), signedBy(others)];
}, 120_000);
afterAll(() => rmSync(temporary, { recursive: true }));

const hosts: TestHost[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
});

const filesOf = (keys: string, names: readonly string[] = KEY_NAMES): Record<string, Tree> =>
  Object.fromEntries(names.map((name) => [`${KEYS}/${name}.auth`, readFileSync(join(keys, `${name}.auth`))]));

/** A variable as the firmware has it. */
const variable = (certificate: Uint8Array) =>
  Buffer.concat([Buffer.from([0x27, 0, 0, 0]), formatSignatureList(certificate)]);

/** lsblk with a disk of a node, whose EFI system partition is mounted or not. */
function listDisk(mountPoint?: string): ScriptedCommand {
  const part = { type: 'part', size: 1000, ro: false };
  const children = [
    { ...part, path: '/dev/vda1', mountpoints: [mountPoint ?? null] },
    { ...part, path: '/dev/vda2' },
  ];
  const blockdevices = [{ path: '/dev/vda', type: 'disk', size: 2000, ro: false, children }];
  return { stdout: JSON.stringify({ blockdevices }) };
}

interface Machine {
  tree?: Record<string, Tree>;
  setupMode?: boolean;
  /** The boot loader on the disk, which is signed by default; `none`: there is no disk. */
  loader?: Buffer | 'none';
  mountPoint?: string;
}

function createMachine({
  tree,
  setupMode = true,
  loader = signed!,
  mountPoint = ESP,
}: Machine = {}): TestHost {
  const hasDisk = loader !== 'none';
  const host = createTestHost({
    tree: {
      [SETUP_MODE]: flag(setupMode),
      [SECURE_BOOT]: flag(false),
      ...filesOf(own),
      ...(hasDisk && { [`${ESP}/${LOADER}`]: loader, [`${ESP}/EFI/BOOT/grubx64.efi`]: 'not verified' }),
      ...tree,
    },
    commands: {
      chattr: {},
      lsblk: hasDisk ? listDisk(mountPoint || undefined) : { stdout: '{"blockdevices": []}' },
      'blkid -p -o export /dev/vda': { exitCode: 2 },
      'blkid -p -o export /dev/vda1': { stdout: 'TYPE=vfat\nLABEL=HAOS_GRUB\n' },
      'blkid -p -o export /dev/vda2': { stdout: 'TYPE=ext4\nLABEL=HAOS_STATE\n' },
      mount: () => {
        cpSync(join(host.root, ESP), join(host.root, 'run/haos/efi'), { recursive: true });
        return {};
      },
      umount: () => {
        rmSync(join(host.root, 'run/haos/efi/EFI'), { recursive: true });
        return {};
      },
    },
  });
  hosts.push(host);
  return host;
}

async function enroll(host: Host): Promise<void> {
  await enrollKeys(host, await planEnrolment(host, KEYS));
}

const namesOf = async (host: Host) => {
  const { keys } = await readSecureBootStatus(host);
  return Object.fromEntries(KEY_NAMES.map((name) => [name, keys[name].map((key) => key.name)]));
};
const OWN = { PK: ['Owner PK'], KEK: ['Owner KEK'], db: ['Owner db'] };

describe('keys that are enrolled after an installation', () => {
  const BOOT = '/mnt/haos-boot-amd64.efi';
  const check = (loader: Buffer, setupMode = true) =>
    checkEnrolment(createMachine({ loader: 'none', setupMode, tree: { [BOOT]: loader } }), KEYS, [BOOT]);

  it('allow what the installation puts on a disk', async () => {
    expect((await check(signed!)).db).toMatchObject([{ name: 'Owner db' }]);
  });

  it('are refused before it, if they do not, or if the firmware takes none', async () => {
    await expect(check(foreign!)).rejects.toMatchObject({
      code: 'HAOS_SECURE_BOOT_UNBOOTABLE',
      message: expect.stringContaining(BOOT),
    });
    await expect(check(signed!, false)).rejects.toMatchObject({ code: 'HAOS_SECURE_BOOT_MODE' });
  });
});

describe('an enrolment', () => {
  it('gives the firmware all keys, and ends its setup mode', async () => {
    const machine = createMachine();

    await enroll(withFirmware(machine));

    expect(await namesOf(machine)).toEqual(OWN);
    expect(await readSecureBootStatus(machine)).toMatchObject({ setupMode: false });
    expect(machine.calls.map(({ command }) => command)).not.toContain('chattr');
  });

  // `KEK` signs a db with both certificates, then one with only the new one.
  it('changes the key of a node: both at once, then the new one, which the disk must have', async () => {
    const both = dbOf(own, read('own/db.cer'), read('others/db.cer'));
    const onlyNew = dbOf(own, read('others/db.cer'));
    const image = `${ESP}/EFI/Linux/haos-1.efi`;
    const db = `${KEYS}/db.auth`;
    const between = createMachine({ loader: signed!, tree: { [image]: foreign!, [db]: both } });
    const early = createMachine({ loader: signed!, tree: { [image]: foreign!, [db]: onlyNew } });
    const after = createMachine({ loader: foreign!, tree: { [image]: foreign!, [db]: onlyNew } });

    for (const machine of [between, after]) await enroll(withFirmware(machine));

    expect((await namesOf(between)).db).toEqual(['Owner db', 'Other db']);
    await expect(enroll(withFirmware(early))).rejects.toMatchObject({
      code: 'HAOS_SECURE_BOOT_UNBOOTABLE',
      message: `with these keys the firmware would refuse ${LOADER} on /dev/vda1`,
    });
    expect((await namesOf(after)).db).toEqual(['Other db']);
  });

  it('is refused if dbx has the key of what is on the disk', async () => {
    const dbx = { [keyVariablePath('dbx')]: variable(read('own/db.cer')) };

    await expect(enroll(withFirmware(createMachine({ tree: dbx })))).rejects.toMatchObject({
      code: 'HAOS_SECURE_BOOT_UNBOOTABLE',
    });
  });

  it('replaces keys of the maker, which are immutable files', async () => {
    const maker = { [keyVariablePath('db')]: variable(read('others/db.cer')) };
    const machine = createMachine({ tree: maker });

    const { replaced } = await planEnrolment(machine, KEYS);
    await enroll(withFirmware(machine));

    expect(replaced.map(({ name }) => name)).toEqual(['Other db']);
    expect(await namesOf(machine)).toEqual(OWN);
    const chattr = machine.calls.filter(({ command }) => command === 'chattr');
    expect(chattr.map(({ args }) => args)).toEqual([['-i', keyVariablePath('db')]]);
  });

  it.each([
    ['mounted', ESP],
    ['not mounted', ''],
  ])('finds that the disk still boots; its EFI partition is %s', async (_title, mountPoint) => {
    const machine = createMachine({ mountPoint });
    const before = machine.tree();

    expect((await planEnrolment(machine, KEYS)).programs).toEqual([
      { device: '/dev/vda1', path: LOADER, isTrusted: true },
    ]);
    expect(machine.tree()).toEqual(before);
  });

  it('takes the files of another owner, but not a mixture', async () => {
    const whole = createMachine({ tree: filesOf(others), loader: foreign! });
    await enroll(withFirmware(whole));
    expect(await namesOf(whole)).toMatchObject({ db: ['Other db'] });

    for (const [name, message] of [
      ['PK', 'KEK.auth is not signed with the key PK'],
      ['KEK', 'KEK.auth is not signed with the key PK'],
      ['db', 'db.auth is not signed with the key KEK'],
    ] as const)
      await expect(
        planEnrolment(createMachine({ tree: filesOf(others, [name]) }), KEYS),
      ).rejects.toMatchObject({ code: 'HAOS_SECURE_BOOT_KEYS', message: `${KEYS}: ${message}` });
  });

  it.each<[title: string, change: (host: TestHost) => void, code: string, message: RegExp]>([
    [
      'outside of the setup mode',
      ({ files }) => files.write(SETUP_MODE, flag(false)),
      'HAOS_SECURE_BOOT_MODE',
      /not in setup mode/,
    ],
    [
      'without EFI',
      ({ files }) => files.remove('/sys'),
      'HAOS_SECURE_BOOT_MODE',
      /does not show the Secure Boot of its firmware/,
    ],
    [
      'if a file is missing',
      ({ files }) => files.remove(`${KEYS}/KEK.auth`),
      'HAOS_FILE_NOT_FOUND',
      /KEK.auth/,
    ],
    [
      'if a file is something else',
      ({ files }) => files.write(`${KEYS}/db.auth`, 'a certificate'),
      'HAOS_SECURE_BOOT_KEYS',
      /db.auth is not a signed variable/,
    ],
  ])('is refused %s, and nothing is written', async (_title, change, code, message) => {
    const host = createMachine();
    change(host);
    const before = host.tree();

    await expect(enroll(withFirmware(host))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(host.tree()).toEqual(before);
  });

  it('is refused if the disk would no longer boot', async () => {
    for (const loader of [foreign!, Buffer.from('GRUB')]) {
      const machine = createMachine({ loader });
      const before = machine.tree();

      await expect(enroll(withFirmware(machine))).rejects.toMatchObject({
        code: 'HAOS_SECURE_BOOT_UNBOOTABLE',
        message: `with these keys the firmware would refuse ${LOADER} on /dev/vda1`,
        hint: expect.any(String),
      });
      expect(machine.tree()).toEqual(before);
    }
  });

  it('without a disk needs that the firmware would start an installed one', async () => {
    const host = createMachine({ loader: 'none' });
    const before = host.tree();
    await expect(enroll(withFirmware(host))).rejects.toMatchObject({
      code: 'HAOS_SECURE_BOOT_UNBOOTABLE',
      message: expect.stringContaining('the boot loader of an installation'),
    });
    expect(host.tree()).toEqual(before);

    for (const [shim, isAllowed] of [
      [foreign!, false],
      [signed!, true],
    ] as const) {
      const { files } = EFI_LOADERS[0] ?? expect.fail('there is none');
      const loaders = Object.fromEntries(Object.values(files).map((path) => [path, shim]));
      const live = createMachine({ loader: 'none', tree: loaders });
      const plan = planEnrolment(live, KEYS);
      if (isAllowed) expect(await plan).toMatchObject({ programs: [] });
      else await expect(plan).rejects.toMatchObject({ code: 'HAOS_SECURE_BOOT_UNBOOTABLE' });
    }
  });

  it('is refused if db has no certificate, although the firmware would take it', async () => {
    writeFileSync(join(temporary, 'db.esl'), formatSignatureList(Buffer.from('not a certificate')));
    const attributes = ['--attr', 'NON_VOLATILE,BOOTSERVICE_ACCESS,RUNTIME_ACCESS'];
    const key = ['--key', join(own, 'KEK.key'), '--cert', join(own, 'KEK.crt')];
    const file = join(temporary, 'db.auth');
    execFileSync('sbvarsign', [...key, ...attributes, '--output', file, 'db', join(temporary, 'db.esl')]);

    const host = createMachine({ tree: { [`${KEYS}/db.auth`]: readFileSync(file) } });

    await expect(planEnrolment(host, KEYS)).rejects.toMatchObject({
      code: 'HAOS_SECURE_BOOT_KEYS',
      message: `${KEYS}: db.auth has something else among its certificates`,
    });
  });

  it('is refused if the disk changed after the question', async () => {
    const machine = createMachine();
    const plan = await planEnrolment(machine, KEYS);
    machine.files.write(`${ESP}/EFI/Linux/haos-1.efi`, foreign!);

    await expect(enrollKeys(withFirmware(machine), plan)).rejects.toMatchObject({
      code: 'HAOS_SECURE_BOOT_UNBOOTABLE',
    });
    expect(readKeyVariable(machine, 'db')).toBeUndefined();
  });

  it.each(['db', 'KEK'] as const)('stops before PK if the firmware does not keep %s', async (name) => {
    const machine = createMachine();

    await expect(enroll(withFirmware(machine, keyVariablePath(name)))).rejects.toMatchObject({
      code: 'HAOS_SECURE_BOOT_FIRMWARE',
      message: `the firmware did not keep ${name}`,
    });
    expect(await readSecureBootStatus(machine)).toMatchObject({ setupMode: true, keys: { PK: [] } });
  });

  it('says which variable the firmware refused', async () => {
    const machine = createMachine();
    const files = {
      ...machine.files,
      write: () => {
        throw new Error('EACCES');
      },
    };

    await expect(enroll({ ...machine, files })).rejects.toMatchObject({
      code: 'HAOS_SECURE_BOOT_FIRMWARE',
      message: 'the firmware refused db',
    });
  });

  it('that is killed at any effect leaves the setup mode on, or has all keys', async () => {
    const maker = {
      [keyVariablePath('KEK')]: variable(read('others/KEK.cer')),
      [keyVariablePath('db')]: variable(read('others/db.cer')),
    };
    const machine = createMachine({ tree: maker });
    let kills = 0;
    for (let effects = 0; ; effects += 1) {
      const host = planHost(machine);
      const isDone = await enroll(failingHost(withFirmware(host), effects)).then(
        () => true,
        () => false,
      );
      const { setupMode } = await readSecureBootStatus(host);
      if (setupMode) await enroll(withFirmware(host));
      expect(await namesOf(host), `killed before ${effects}`).toEqual(OWN);
      expect(await readSecureBootStatus(host)).toMatchObject({ setupMode: false });
      if (isDone) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(8);
  });
});

describe('the status of Secure Boot', () => {
  const adviceFor = async (host: Host) => adviseSecureBoot(await readSecureBootStatus(host));

  it.each<[title: string, tree: Record<string, Tree>, firmware: string, advice: RegExp]>([
    ['without EFI', {}, 'none', /started without EFI/],
    [
      'with variables that are not mounted',
      { '/sys/firmware/efi/runtime': '' },
      'hidden',
      /mount -t efivarfs/,
    ],
    [
      'with a firmware that has no Secure Boot',
      { '/sys/firmware/efi/efivars/Boot0000-8be4df61-93ca-11d2-aa0d-00e098032b8c': '' },
      'without-secure-boot',
      /has no Secure Boot/,
    ],
  ])('of a machine %s', async (_title, tree, firmware, advice) => {
    const host = createTestHost({ tree });
    hosts.push(host);

    expect(await readSecureBootStatus(host)).toEqual({
      firmware,
      secureBoot: undefined,
      setupMode: undefined,
      keys: { PK: [], KEK: [], db: [] },
      digests: 0,
      revoked: 0,
      programs: [],
    });
    expect(await adviceFor(host)).toMatch(advice);
  });

  it('has the keys, the number of revoked programs, and what db allows', async () => {
    const keys = {
      [keyVariablePath('PK')]: variable(read('own/PK.cer')),
      [keyVariablePath('db')]: Buffer.concat([
        variable(read('own/db.cer')),
        formatSignatureList(read('others/db.cer')),
      ]),
      [keyVariablePath('dbx')]: variable(read('others/db.cer')),
    };
    const image = { [`${ESP}/EFI/Linux/haos-1.efi`]: foreign! };
    const machine = createMachine({ setupMode: false, loader: signed!, tree: { ...keys, ...image } });

    expect(await readSecureBootStatus(machine)).toMatchObject({
      firmware: 'ready',
      secureBoot: false,
      setupMode: false,
      keys: { PK: [{ name: 'Owner PK' }], KEK: [], db: [{ name: 'Owner db' }, { name: 'Other db' }] },
      revoked: 1,
      programs: [
        { device: '/dev/vda1', path: LOADER, isTrusted: true },
        { device: '/dev/vda1', path: 'EFI/Linux/haos-1.efi', isTrusted: false },
      ],
    });
    expect(await adviceFor(machine)).toMatch(/would refuse EFI\/Linux\/haos-1.efi on \/dev\/vda1/);
  });

  it('says what to do next', async () => {
    expect(await adviceFor(createMachine())).toMatch(/takes keys now/);
    const enrolled = { [keyVariablePath('db')]: variable(read('own/db.cer')) };
    const off = createMachine({ setupMode: false, tree: enrolled });
    expect(await adviceFor(off)).toMatch(/turn Secure Boot on/);
    const on = { ...enrolled, [SECURE_BOOT]: flag(true) };
    expect(await adviceFor(createMachine({ setupMode: false, tree: on }))).toBe('Nothing.');
    expect(await adviceFor(createMachine({ setupMode: false, tree: on, loader: foreign! }))).toMatch(
      /The firmware refuses/,
    );
  });
});
