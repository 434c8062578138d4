import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Host, liveHost, planHost } from '@haos/host';
import { createTestHost, type TestHost, type Tree } from '@haos/host/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BootEntry, firstEntry, formatEntry } from '../boot/boot-entries.js';
import { readEntries, renameEntries } from '../boot/esp.js';
import { nameSet, type ReleaseSet, readSlots } from '../components.js';
import { keyVariablePath } from '../secure-boot/key-variables.js';
import { makeSecureBootKeys } from '../secure-boot/make-keys.js';
import { formatSignatureList } from '../secure-boot/signature-list.js';
import { makeBootImage, makeBootLoader, makeImage, makeProgram } from '../testing/boot-image.js';
import { failingHost } from '../testing/failing-host.js';
import { flag, SECURE_BOOT } from '../testing/firmware.js';
import { linksOf } from '../testing/links-of.js';
import { completeIntent, intentPath } from './complete-intent.js';
import { forgetFailure, markHealthy, rollback, upgradeStatus } from './status.js';
import { readBootState } from './stored-boot-state.js';
import { type UpgradeOptions, type UpgradeReport, upgrade } from './upgrade.js';

const SYSTEM = '/haos/system';
const SOURCE = '/mnt/system';
const ENTRIES = '/run/haos/esp/EFI/Linux';
const OLDER = { haos: 'v0.9.0', k3s: 'v1.29.0+k3s1', kernel: '6.0-v0.9.0' };
const OLD = { haos: 'v1.0.0', k3s: 'v1.30.1+k3s1', kernel: '6.1-v1.0.0' };
const NEW = { haos: 'v1.1.0', k3s: 'v1.30.1+k3s2', kernel: '6.1-v1.1.0' };

type WholeSet = Required<ReleaseSet>;

const AMD64 = `${'\x7fELF'.padEnd(18, '\0')}\x3e\0`;

function filesOf(directory: string, { haos, k3s, kernel }: WholeSet): Record<string, Tree> {
  return {
    [`${directory}/haos/${haos}/rootfs.squashfs`]: makeImage(`rootfs.squashfs ${haos}`),
    [`${directory}/haos/${haos}/haos`]: { content: `${AMD64}${haos}`, mode: 0o755 },
    [`${directory}/k3s/${k3s}/k3s`]: { content: `k3s ${k3s}`, mode: 0o755 },
    [`${directory}/kernel/${kernel}/kernel.squashfs`]: makeImage(`kernel.squashfs ${kernel}`),
    [`${directory}/kernel/${kernel}/vmlinuz`]: 'vmlinuz',
    [`${directory}/kernel/${kernel}/initrd`]: 'initrd',
  };
}

const entryOf = (number: number, set: WholeSet, count: Pick<BootEntry, 'left' | 'done'> = {}) => ({
  [`${ENTRIES}/${formatEntry({ number, set: nameSet(set), ...count })}`]: makeBootImage(set),
});

/** A node that runs a set, which systemd-boot started. */
const NODE: Record<string, Tree> = {
  ...filesOf(SYSTEM, OLDER),
  ...filesOf(SYSTEM, OLD),
  ...linksOf(SYSTEM, 'current', OLD),
  ...linksOf(SYSTEM, 'previous', OLDER),
  ...entryOf(1, OLDER),
  ...entryOf(2, OLD),
  '/run/haos/mode': 'disk\n',
  '/run/haos/set': `${nameSet(OLD)}\n`,
  '/run/haos/words': 'haos.slot=current\n',
  '/run/haos/kernel-version': `${OLD.kernel}\n`,
  '/sys/block/dm-0/dm/uuid': `HAOS-VERITY-haos-rootfs-${'a'.repeat(64)}\n`,
};
const BOOT_IMAGE = `${SOURCE}/haos-boot-amd64.efi`;
const releaseOf = (set: WholeSet): Record<string, Tree> => ({
  ...filesOf(SOURCE, set),
  ...linksOf(SOURCE, 'current', set),
  [BOOT_IMAGE]: makeBootImage(set),
});

const hosts: TestHost[] = [];
function createHost(tree: Record<string, Tree>): TestHost {
  const host = createTestHost({ tree, commands: { sync: {} } });
  hosts.push(host);
  return host;
}
afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
});

const run = (host: Host, options: Partial<UpgradeOptions> = {}) =>
  upgrade({ host, image: { directory: SOURCE }, ...options });
const failedChecks = (checks: readonly { id: string; ok: boolean }[]) =>
  checks.filter(({ ok }) => !ok).map(({ id }) => id);
const names = (host: Host) => host.files.list(ENTRIES);

/** Does what systemd-boot and early boot do; returns the set that they start. */
async function boot(
  host: Host,
  effects = Number.POSITIVE_INFINITY,
): Promise<{ set: string; onTrial: boolean }> {
  const entry = firstEntry(readEntries(host, SYSTEM)) ?? expect.fail('nothing boots');
  const { number, set, left, done = 0 } = entry;
  const counted = { number, set, left: Math.max((left ?? 0) - 1, 0), done: done + 1 };
  if (left !== undefined) renameEntries(host, SYSTEM, [{ from: entry, to: counted }]);
  const onTrial = (left ?? 0) > 0;
  const kernel = set.split('/')[2];
  await completeIntent(failingHost(host, effects), { booted: { slot: 'current', onTrial, kernel } });
  const slots = readSlots(host);
  const slot = nameSet(slots.current) === set ? 'current' : 'previous';
  host.files.write('/run/haos/words', `haos.slot=${slot}${onTrial ? ' haos.trial' : ''}\n`);
  host.files.write('/run/haos/set', `${set}\n`);
  host.files.write('/run/haos/kernel-version', `${kernel}\n`);
  return { set, onTrial };
}

describe('an upgrade where systemd-boot starts signed boot images', () => {
  it('is on trial, and a healthy boot ends it', async () => {
    const host = createHost({ ...NODE, ...releaseOf(NEW) });

    expect(await run(host)).toMatchObject({ status: 'upgraded', from: OLD, to: NEW });

    expect(names(host)).toEqual([
      'haos-2-v1.0.0,v1.30.1#k3s1,6.1-v1.0.0.efi',
      'haos-3-v1.1.0,v1.30.1#k3s2,6.1-v1.1.0+2.efi',
    ]);
    expect(upgradeStatus(host)).toEqual({
      slots: { current: NEW, previous: OLD },
      running: 'previous',
      state: { slot: 'current', trial: nameSet(NEW), tries: 2 },
      isInterrupted: false,
    });
    expect(await boot(host)).toEqual({ set: nameSet(NEW), onTrial: true });
    expect(upgradeStatus(host)).toMatchObject({ running: 'current', state: { tries: 1 } });
    expect(await markHealthy(host)).toEqual({ slot: 'current', good: nameSet(NEW) });
    expect(names(host).at(-1)).toBe('haos-3-v1.1.0,v1.30.1#k3s2,6.1-v1.1.0.efi');
    expect(readBootState(host)).toEqual({ slot: 'current', good: nameSet(NEW) });
    expect(await boot(host)).toEqual({ set: nameSet(NEW), onTrial: false });
  });

  it('that never works returns to the previous set, is refused, and may be forgotten', async () => {
    const host = createHost({ ...NODE, ...releaseOf(NEW) });
    await run(host);

    const sets = [(await boot(host)).set, (await boot(host)).set];
    expect(failedChecks((await run(host)).checks)).toEqual(['trial']);
    sets.push((await boot(host)).set);

    expect(sets).toEqual([NEW, NEW, OLD].map(nameSet));
    const state = { slot: 'previous', failed: nameSet(NEW) };
    expect(upgradeStatus(host)).toMatchObject({ running: 'previous', state });
    expect(await markHealthy(host)).toEqual({ ...state, good: nameSet(OLD) });
    expect(failedChecks((await run(host)).checks)).toEqual(['failed']);
    await forgetFailure(host);
    expect(readBootState(host)).toEqual({ slot: 'previous', good: nameSet(OLD) });
    expect((await boot(host)).set).toBe(nameSet(OLD));
    expect((await run(host)).status).toBe('upgraded');
    expect(await boot(host)).toEqual({ set: nameSet(NEW), onTrial: true });
  });

  it('does nothing the second time', async () => {
    const host = createHost({ ...NODE, ...releaseOf(NEW) });
    await run(host);
    const before = host.tree();

    expect((await run(host)).status).toBe('unchanged');
    expect(host.tree()).toEqual(before);
  });

  it('is rolled back on request, and a second time', async () => {
    const host = createHost({ ...NODE, ...releaseOf(NEW) });
    await run(host);
    await boot(host);
    await markHealthy(host);

    expect(await rollback(host)).toMatchObject({ slot: 'previous', failed: nameSet(NEW) });
    expect(await boot(host)).toEqual({ set: nameSet(OLD), onTrial: false });
    expect(upgradeStatus(host)).toMatchObject({ running: 'previous', state: { failed: nameSet(NEW) } });
    await markHealthy(host);
    expect(await boot(host)).toEqual({ set: nameSet(OLD), onTrial: false });

    expect(await rollback(host)).toEqual({ slot: 'current', good: nameSet(OLD) });
    expect(await boot(host)).toEqual({ set: nameSet(NEW), onTrial: false });
  });

  it('to an older version boots it, although it is older', async () => {
    const host = createHost({ ...NODE, ...releaseOf(OLDER) });

    expect((await run(host, { allowDowngrade: true })).status).toBe('upgraded');

    expect(await boot(host)).toEqual({ set: nameSet(OLDER), onTrial: true });
    await markHealthy(host);
    expect(names(host)).toEqual([
      'haos-2-v1.0.0,v1.30.1#k3s1,6.1-v1.0.0.efi',
      'haos-3-v0.9.0,v1.29.0#k3s1,6.0-v0.9.0.efi',
    ]);
  });

  it('of k3s alone uses the boot image of the node', async () => {
    const set = { ...OLD, k3s: NEW.k3s };
    // The upgrade removes a boot image that no slot needs, before it copies one.
    const unused = entryOf(0, { ...OLD, k3s: 'v1.28.0+k3s1' });
    const host = createHost({ ...NODE, ...releaseOf(set), ...unused });
    host.files.remove(BOOT_IMAGE);

    expect((await run(host)).status).toBe('upgraded');

    expect(await boot(host)).toEqual({ set: nameSet(set), onTrial: true });
    expect(await boot(host)).toEqual({ set: nameSet(set), onTrial: true });
    expect(await boot(host)).toEqual({ set: nameSet(OLD), onTrial: false });
  });

  describe('on a node whose data the TPM opens', () => {
    const TPM = { '/haos/private/tpm': '' };
    const problemOf = async (host: Host, options: Partial<UpgradeOptions> = {}) =>
      (await run(host, options)).checks.find(({ ok }) => !ok)?.message;

    it('needs a boot image that is signed for the TPM', async () => {
      const release = { ...releaseOf(NEW), [BOOT_IMAGE]: makeBootImage(NEW) };
      expect(await problemOf(createHost({ ...NODE, ...TPM, ...release }))).toContain(
        'is not signed for the TPM',
      );
      const signed = { ...release, [BOOT_IMAGE]: makeBootImage({ ...NEW, isForTpm: true }) };
      expect(await problemOf(createHost({ ...NODE, ...TPM, ...signed }))).toBeUndefined();
    });

    it.each<[string, floor: string, of: number, refused: boolean]>([
      ['below the floor', '2\n', 1, true],
      ['below the floor that the running version gets', '1 2\n', 1, true],
      ['with the floor', '1 2\n', 2, false],
      ['above it', '2\n', 3, false],
    ])('judges a boot image %s', async (_title, floor, of, refused) => {
      const image = makeBootImage({ ...NEW, isForTpm: true, floor: of });
      const facts = { '/run/haos/tpm-floor': floor, [BOOT_IMAGE]: image };
      const problem = await problemOf(createHost({ ...NODE, ...TPM, ...releaseOf(NEW), ...facts }));
      if (refused) expect(problem).toContain('its floor is 1, not at least 2');
      else expect(problem).toBeUndefined();
    });

    it('needs the k3s that was signed with it', async () => {
      const other = { ...NEW, k3s: 'v1.30.9+k3s1', isForTpm: true };
      const host = createHost({ ...NODE, ...TPM, ...releaseOf(NEW), [BOOT_IMAGE]: makeBootImage(other) });
      expect(await problemOf(host)).toContain(`has the checksums of k3s v1.30.9+k3s1, not of ${NEW.k3s}`);
    });
  });

  it('takes the boot image of the kind of its kernel, or the one that is named', async () => {
    const set = { ...NEW, kernel: '6.1-cloud-amd64-v1.1.0' };
    const node = { ...OLD, kernel: '6.1-cloud-amd64-v1.0.0' };
    const tree = {
      ...NODE,
      ...filesOf(SYSTEM, node),
      ...linksOf(SYSTEM, 'current', node),
      ...entryOf(3, node),
      ...releaseOf(set),
      [BOOT_IMAGE]: makeBootImage({ ...set, kernel: '6.1-amd64-v1.1.0' }),
    };
    const image = makeBootImage(set);

    const host = createHost({ ...tree, [`${SOURCE}/haos-boot-cloud-amd64.efi`]: image });
    expect((await run(host)).status).toBe('upgraded');
    const other = createHost({ ...tree, '/tmp/boot.efi': image });
    expect((await run(other, { bootImage: '/tmp/boot.efi' })).status).toBe('upgraded');
  });

  it('says that a rollback has no boot image', async () => {
    const host = createHost({ ...NODE });
    host.files.remove(`${ENTRIES}/${names(host)[0]}`);

    await expect(rollback(host)).rejects.toMatchObject({ code: 'HAOS_UPGRADE_SIGNED' });
  });

  it.each<[message: RegExp, tree: Record<string, Tree>, options?: Partial<UpgradeOptions>]>([
    [/no signed boot image/, { [BOOT_IMAGE]: { directory: true } }],
    [/\/none does not exist/, {}, { bootImage: '/none' }],
    [/is not a boot image of HAOS/, { [BOOT_IMAGE]: 'MZ' }],
    [/is not a boot image of HAOS/, { [BOOT_IMAGE]: makeProgram({ '.osrel': 'ID=debian\n' }) }],
    [/starts HAOS v1.0.0 with the kernel 6.1-v1.0.0, not/, { [BOOT_IMAGE]: makeBootImage(OLD) }],
    [/starts HAOS v1.1.0 .*, not v1.1.0 with 6.1-v1.0.0/, {}, { rootfs: true }],
    [
      /made for another .*v1.1.0\/rootfs.squashfs/,
      { [`${SOURCE}/haos/v1.1.0/rootfs.squashfs`]: makeImage('another build') },
    ],
    [
      /made for another .*6.1-v1.1.0\/kernel.squashfs/,
      { [`${SOURCE}/kernel/6.1-v1.1.0/kernel.squashfs`]: 'without a tree' },
    ],
  ])('is refused, and nothing written: %s', async (message, tree, options) => {
    const host = createHost({ ...NODE, ...releaseOf(NEW), ...tree });
    const before = host.tree();

    const report = await run(host, options);

    expect([report.status, failedChecks(report.checks)]).toEqual(['refused', ['boot-image']]);
    expect(report.checks.find(({ ok }) => !ok)).toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.anything(),
    });
    expect(host.tree()).toEqual(before);
  });

  it('is refused if the firmware does not trust the boot image', async () => {
    const variables = '/sys/firmware/efi/efivars';
    const database = { [`${variables}/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f`]: Buffer.alloc(4) };
    const secureBoot = (value: number) => ({
      [`${variables}/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c`]: Buffer.from([6, 0, 0, 0, value]),
    });
    const on = createHost({ ...NODE, ...releaseOf(NEW), ...database, ...secureBoot(1) });
    const off = createHost({ ...NODE, ...releaseOf(NEW), ...database, ...secureBoot(0) });
    const before = on.tree();

    expect((await run(on)).checks.find(({ ok }) => !ok)).toMatchObject({
      id: 'boot-image',
      message: `${BOOT_IMAGE} is not signed with a key that the firmware trusts`,
    });
    expect(on.tree()).toEqual(before);
    expect((await run(off)).status).toBe('upgraded');
  });

  it('is refused if the EFI system partition is full', async () => {
    const host = createHost({ ...NODE, ...releaseOf(NEW) });
    const freeSpace = (path: string) => (path === ENTRIES ? 1000 : host.files.freeSpace(path));

    const report = await run({ ...host, files: { ...host.files, freeSpace } });

    expect(failedChecks(report.checks)).toEqual(['boot-image']);
  });
});

describe('the boot loader of the release', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-loader-'));
  const [KEYS, LOADER] = [join(directory, 'keys'), '/run/haos/esp/EFI/BOOT/BOOTX64.EFI'];
  const RELEASED = `${SOURCE}/haos-loader-amd64.efi`;
  const sign = (program: Buffer) => {
    const path = join(directory, 'program');
    writeFileSync(path, program);
    const key = ['--key', join(KEYS, 'db.key'), '--cert', join(KEYS, 'db.crt')];
    execFileSync('sbsign', [...key, '--output', path, path], { stdio: 'pipe' });
    return readFileSync(path);
  };
  let [tree, next]: [Record<string, Tree>, Buffer] = [{}, Buffer.alloc(0)];
  beforeAll(async () => {
    await makeSecureBootKeys(liveHost(), { directory: KEYS });
    const db = formatSignatureList(readFileSync(join(KEYS, 'db.cer')));
    next = sign(makeBootLoader('258'));
    tree = {
      ...NODE,
      ...releaseOf(NEW),
      [LOADER]: sign(makeBootLoader('257')),
      [RELEASED]: next,
      [keyVariablePath('db')]: Buffer.concat([Buffer.alloc(4), db]),
    };
  }, 120_000);
  afterAll(() => rmSync(directory, { recursive: true }));

  const messageOf = ({ checks }: UpgradeReport) => checks.find(({ id }) => id === 'boot-image')?.message;

  it('replaces that of the node, if the firmware trusts it', async () => {
    const host = createHost(tree);

    const report = await run(host);

    expect(messageOf(report)).toContain(`${RELEASED} replaces the boot loader`);
    expect(report.status).toBe('upgraded');
    expect(host.files.read(LOADER)).toEqual(new Uint8Array(next));
    expect(host.files.list('/run/haos/esp/EFI/BOOT')).toEqual(['BOOTX64.EFI']);
  });

  it.each<[title: string, message: RegExp, loader: () => Buffer]>([
    ['has no signature', /stays, because .* is not signed with a key/, () => makeBootLoader('258')],
    ['is another program', /stays, because .* is not systemd-boot/, () => sign(makeProgram({}))],
    ['is the same', /starts the new version$/, () => tree[LOADER] as Buffer],
  ])('stays if that of the release %s', async (_title, message, loader) => {
    const host = createHost({ ...tree, [RELEASED]: loader() });

    const report = await run(host);

    expect(messageOf(report)).toMatch(message);
    expect(report.status).toBe('upgraded');
    expect(host.files.read(LOADER)).toEqual(new Uint8Array(tree[LOADER] as Buffer));
  });

  it('stays, and a boot image is refused, if dbx has their key', async () => {
    const dbx = { [keyVariablePath('dbx')]: tree[keyVariablePath('db')]! };
    const image = sign(makeBootImage(NEW));
    const on = { [SECURE_BOOT]: flag(true), [BOOT_IMAGE]: image };
    const [trusting, refusing, off] = [
      createHost({ ...tree, ...on }),
      createHost({ ...tree, ...on, ...dbx }),
      createHost({ ...tree, ...dbx }),
    ];

    expect((await run(trusting)).status).toBe('upgraded');
    const refused = await run(refusing);
    expect([refused.status, messageOf(refused)]).toEqual([
      'refused',
      `${BOOT_IMAGE} is not signed with a key that the firmware trusts`,
    ]);
    expect(messageOf(await run(off))).toMatch(/stays, because .* is not signed with a key/);
    expect(off.files.read(LOADER)).toEqual(new Uint8Array(tree[LOADER] as Buffer));
  });

  it('or the old one is there at each effect of an upgrade', async () => {
    const machine = createHost(tree);
    const loaders = [tree[LOADER], next].map((loader) => (loader as Buffer).toString('hex'));
    const seen = new Set<string>();
    for (let effects = 0; ; effects += 1) {
      const host = planHost(machine);
      const outcome = await run(failingHost(host, effects)).catch(() => undefined);
      const found = Buffer.from(host.files.read(LOADER)).toString('hex');
      expect(loaders).toContain(found);
      seen.add(found);
      if (outcome !== undefined) break;
    }
    expect(seen.size).toBe(2);
  });
});

/** Fails unless all files of a set are complete. */
function expectWhole(host: Host, set: string): void {
  const [haos = '', k3s = '', kernel = ''] = set.split('/');
  for (const [path, entry] of Object.entries(filesOf(SYSTEM, { haos, k3s, kernel }))) {
    const content = typeof entry === 'object' && 'content' in entry ? entry.content : entry;
    expect(Buffer.from(host.files.read(path)).equals(Buffer.from(content as string)), path).toBe(true);
  }
}

describe('an upgrade of such a node that is killed', () => {
  it.each<[title: string, target: WholeSet, running: WholeSet, kills: number]>([
    ['of everything', NEW, OLD, 100],
    ['of k3s', { ...OLD, k3s: NEW.k3s }, OLD, 100],
    ['after a rollback', NEW, OLDER, 100],
  ])(
    'boots the old set or the new one, on trial: %s',
    async (_title, target, running, expected) => {
      const machine = createHost({ ...NODE, ...releaseOf(target) });
      if (running === OLDER) {
        await rollback(machine);
        await boot(machine);
      }
      const seen = new Set<string>();
      let kills = 0;
      for (let effects = 0; ; effects += 1) {
        const host = planHost(machine);
        const outcome = await run(failingHost(host, effects), { allowDowngrade: true }).catch(
          () => undefined,
        );
        for (let second = 0; ; second += 1) {
          const booted = await boot(host, second).catch(() => undefined);
          if (booted === undefined) {
            kills += 1;
            continue;
          }
          expect([running, target, OLD, OLDER].map(nameSet)).toContain(booted.set);
          expectWhole(host, booted.set);
          // Two boots may have been used up. The new set must be confirmed before it is kept.
          expect(booted.onTrial || booted.set !== nameSet(target), `killed before ${effects}`).toBe(true);
          expect(Object.values(readSlots(host)).map(nameSet)).toContain(booted.set);
          expect(host.files.lstat(intentPath(SYSTEM))).toBeUndefined();
          if (second === 0) seen.add(booted.set);
          break;
        }
        if (outcome !== undefined) break;
        kills += 1;
        await markHealthy(host);
        await forgetFailure(host);
        expect(['upgraded', 'unchanged']).toContain((await run(host, { allowDowngrade: true })).status);
      }
      expect(kills).toBeGreaterThanOrEqual(expected);
      expect([...seen].sort()).toEqual([nameSet(running), nameSet(target)].sort());
    },
    60_000,
  );

  it('a rollback and a confirmation leave something good at each of their effects', async () => {
    const machine = createHost({ ...NODE, ...releaseOf(NEW) });
    await run(machine);
    await boot(machine);
    for (const change of [markHealthy, rollback, rollback]) {
      for (let effects = 0; ; effects += 1) {
        const host = planHost(machine);
        const isDone = await change(failingHost(host, effects)).then(
          () => true,
          () => false,
        );
        expect(firstEntry(readEntries(host, SYSTEM))?.left).not.toBe(0);
        expectWhole(host, (await boot(host)).set);
        if (isDone) break;
      }
      await change(machine);
    }
  });
});
