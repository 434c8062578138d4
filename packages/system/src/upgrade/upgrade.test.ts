import type { Host } from '@haos/host';
import { planHost } from '@haos/host';
import { createTestHost, type TestHost, type Tree } from '@haos/host/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { renderGrubConfig } from '../boot/grub-config.js';
import { nameSet, type ReleaseSet, readSlot, readSlots, type Slot, versionDirectory } from '../components.js';
import { failingHost } from '../testing/failing-host.js';
import { linksOf } from '../testing/links-of.js';
import { type BootState, formatBootState, nextBootState } from './boot-state.js';
import { completeIntent, intentPath } from './complete-intent.js';
import { forgetFailure, markHealthy, rollback, upgradeStatus } from './status.js';
import { readBootState, writeBootState } from './stored-boot-state.js';
import { type UpgradeOptions, upgrade } from './upgrade.js';

const SYSTEM = '/haos/system';
const SOURCE = '/mnt/system';
const OLDER: ReleaseSet = { haos: 'v0.9.0', k3s: 'v1.29.0+k3s1', kernel: '6.0-v0.9.0' };
const OLD: ReleaseSet = { haos: 'v1.0.0', k3s: 'v1.30.1+k3s1', kernel: '6.1-v1.0.0' };
const NEW: ReleaseSet = { haos: 'v1.1.0', k3s: 'v1.30.1+k3s2', kernel: '6.1-v1.1.0' };

const X86 = '\x7fELF'.padEnd(18, '\0');
const AMD64 = `${X86}\x3e\0`;

/** The files of a set; each contains its version. */
function filesOf(directory: string, { haos, k3s, kernel }: ReleaseSet): Record<string, Tree> {
  const tree: Record<string, Tree> = {};
  if (haos) tree[`${directory}/haos/${haos}/rootfs.squashfs`] = `rootfs ${haos}`;
  if (haos) tree[`${directory}/haos/${haos}/haos`] = { content: `${AMD64}${haos}`, mode: 0o755 };
  if (k3s) tree[`${directory}/k3s/${k3s}/k3s`] = { content: `k3s ${k3s}`, mode: 0o755 };
  if (kernel)
    for (const file of ['kernel.squashfs', 'vmlinuz', 'initrd'])
      tree[`${directory}/kernel/${kernel}/${file}`] = `${file} ${kernel}`;
  return tree;
}

/** A menu of HAOS; `counts`: GRUB counts the boots of a set on trial. */
const menuOf = (counts: boolean): Record<string, Tree> => ({
  '/.base/boot/grub/grub.cfg': renderGrubConfig({ stateUuid: '0123-ABCD', counts }),
});

const NODE: Record<string, Tree> = {
  ...menuOf(true),
  ...filesOf(SYSTEM, OLDER),
  ...filesOf(SYSTEM, OLD),
  ...linksOf(SYSTEM, 'current', OLD),
  ...linksOf(SYSTEM, 'previous', OLDER),
};
const RELEASE: Record<string, Tree> = { ...filesOf(SOURCE, NEW), ...linksOf(SOURCE, 'current', NEW) };

const hosts: TestHost[] = [];
function createHost(tree: Record<string, Tree> = { ...NODE, ...RELEASE }): TestHost {
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

describe('an upgrade', () => {
  it('makes the new set current, on trial, and the old one previous, and keeps nothing else', async () => {
    const host = createHost();

    const report = await run(host);

    expect(report).toMatchObject({ status: 'upgraded', from: OLD, to: NEW });
    expect(failedChecks(report.checks)).toEqual([]);
    expect(report.dropped).toHaveLength(3);
    expect(readSlots(host)).toEqual({ current: NEW, previous: OLD });
    expect(readBootState(host)).toEqual({ slot: 'current', trial: nameSet(NEW), tries: 2 });
    expect(host.files.list(`${SYSTEM}/haos`)).toEqual(['current', 'previous', 'v1.0.0', 'v1.1.0']);
    expect(host.files.stat(`${SYSTEM}/haos/v1.1.0/haos`)).toMatchObject({ mode: 0o755 });
    expect(host.files.lstat(intentPath(SYSTEM))).toBeUndefined();
  });

  it('does nothing the second time', async () => {
    const host = createHost();
    await run(host);
    const before = host.tree();

    expect((await run(host)).status).toBe('unchanged');
    expect(host.tree()).toEqual(before);
  });

  it.each<[title: string, options: Partial<UpgradeOptions>, set: ReleaseSet]>([
    ['haos and k3s', { rootfs: true }, { ...NEW, kernel: OLD.kernel! }],
    ['the kernel', { kernel: true }, { ...OLD, kernel: NEW.kernel! }],
    ['both', { rootfs: true, kernel: true, sync: true }, NEW],
  ])(
    'upgrades %s if requested, and the previous slot has the whole old set',
    async (_title, options, set) => {
      const host = createHost();

      await run(host, options);

      expect(readSlots(host)).toEqual({ current: set, previous: OLD });
    },
  );

  it('keeps k3s if the release has no k3s', async () => {
    const { haos, kernel } = NEW as Required<ReleaseSet>;
    const tree = {
      ...NODE,
      ...filesOf(SOURCE, { haos, kernel }),
      ...linksOf(SOURCE, 'current', { haos, kernel }),
    };
    const host = createHost(tree);

    expect((await run(host)).to).toEqual({ haos, k3s: OLD.k3s, kernel });
  });

  describe('from a release with both kernels', () => {
    const [generic, cloud] = ['6.1-amd64-v1.1.0', '6.1-cloud-amd64-v1.1.0'];
    const both = {
      ...RELEASE,
      ...filesOf(SOURCE, { kernel: cloud }),
      ...filesOf(SOURCE, { kernel: generic }),
    };
    const release = { ...both, [`${SOURCE}/kernel/current`]: { link: generic } };
    const nodeWith = (kernel: string) => ({
      ...NODE,
      ...filesOf(SYSTEM, { kernel }),
      [`${SYSTEM}/kernel/current`]: { link: kernel },
    });

    it.each([
      ['6.0-cloud-amd64-v1.0.0', cloud],
      ['6.0-amd64-v1.0.0', generic],
      ['5.15.0-1053-kvm', generic],
    ])('keeps the kind of the kernel %s', async (kernel, expected) => {
      const host = createHost({ ...nodeWith(kernel), ...release });

      expect(await run(host)).toMatchObject({ status: 'upgraded', to: { ...NEW, kernel: expected } });
      expect(readSlots(host).current.kernel).toBe(expected);
      expect(host.files.list(`${SYSTEM}/kernel`)).toEqual([kernel, expected, 'current', 'previous'].sort());
      expect((await run(host)).status).toBe('unchanged');
    });

    it('changes the kind if that is requested, also with the same release', async () => {
      const host = createHost({ ...nodeWith('6.0-cloud-amd64-v1.0.0'), ...release });
      const image = { directory: SOURCE, kernelKind: 'generic' } as const;

      expect((await run(host, { image })).to.kernel).toBe(generic);
      expect((await run(host, { image: { ...image, kernelKind: 'cloud' } })).to.kernel).toBe(cloud);
    });

    it('is refused if the release has only the other kind, unless the kernel stays', async () => {
      const host = createHost({ ...nodeWith('6.0-cloud-amd64-v1.0.0'), ...RELEASE });

      const report = await run(host);

      expect(report).toMatchObject({ status: 'refused' });
      expect(report.checks).toMatchObject([
        { id: 'source', ok: false, message: `${SOURCE} has no cloud kernel, only the generic one` },
      ]);
      expect(await run(host, { rootfs: true })).toMatchObject({
        status: 'upgraded',
        to: { kernel: '6.0-cloud-amd64-v1.0.0' },
      });
    });
  });

  it('after a rollback puts the working set into the previous slot', async () => {
    const state: BootState = { slot: 'previous', failed: nameSet(OLD) };
    const host = createHost({ ...NODE, ...RELEASE, [`${SYSTEM}/grubenv`]: formatBootState(state) });

    await run(host);

    expect(readSlots(host)).toEqual({ current: NEW, previous: OLDER });
    expect(readBootState(host)).toMatchObject({ slot: 'current', trial: nameSet(NEW), failed: nameSet(OLD) });
  });

  it('is locked out by another upgrade', async () => {
    const host = createTestHost({ tree: { ...NODE, ...RELEASE }, locked: ['/run/lock'] });
    hosts.push(host);

    await expect(run(host, { lockFile: '/run/lock' })).rejects.toMatchObject({ code: 'HAOS_LOCKED' });
  });
});

describe('an upgrade after another one that has not booted yet', () => {
  it('completes it, and keeps the running set', async () => {
    const host = createHost();
    await run(host, { rootfs: true });

    const report = await run(host, { kernel: true });

    expect(report).toMatchObject({ status: 'upgraded', to: NEW });
    expect(readSlots(host)).toEqual({ current: NEW, previous: OLD });
    expect(readBootState(host)).toEqual({ slot: 'current', trial: nameSet(NEW), tries: 2 });
  });

  it('does not touch the files of the running set, even if it returns to them', async () => {
    const host = createHost({
      ...NODE,
      ...RELEASE,
      ...filesOf('/mnt/old', OLD),
      ...linksOf('/mnt/old', 'current', OLD),
    });
    await run(host);
    const removed: string[] = [];
    const remove = (path: string) => {
      removed.push(path);
      return host.files.remove(path);
    };

    const watching = { ...host, files: { ...host.files, remove } };
    const report = await run(watching, { image: { directory: '/mnt/old' }, allowDowngrade: true });

    expect(report.status).toBe('upgraded');
    expect(readSlots(host)).toEqual({ current: OLD, previous: OLD });
    expect(removed.filter((path) => path.includes('v1.0.0'))).toEqual([]);
  });
});

describe('an upgrade if GRUB does not count boots', () => {
  it('is not on trial, and another upgrade can follow', async () => {
    const host = createHost({
      ...NODE,
      ...RELEASE,
      ...menuOf(false),
      [`${SYSTEM}/grubenv`]: formatBootState({ slot: 'current' }),
    });

    await run(host);

    expect(readSlots(host)).toEqual({ current: NEW, previous: OLD });
    expect(readBootState(host)).toEqual({ slot: 'current' });
  });

  it('does not create a missing file for GRUB', async () => {
    const host = createHost({ ...NODE, ...RELEASE, ...menuOf(false) });

    await run(host);

    expect(host.files.stat(`${SYSTEM}/grubenv`)).toBeUndefined();
  });
});

/**
 * What a running node has recorded. Without a slot on the command line, its boot loader is not from
 * HAOS.
 */
function facts({ mode = 'disk', cmdline = '', set = OLD }): Record<string, Tree> {
  return {
    '/run/haos/mode': `${mode}\n`,
    '/run/haos/set': `${nameSet(set)}\n`,
    '/proc/cmdline': `${cmdline}\n`,
  };
}

/** A node whose launcher chose the current set, because its boot loader knows no slots. */
const BOARD: Record<string, Tree> = {
  ...facts({ mode: 'local', cmdline: 'root=/dev/mmcblk0p2' }),
  '/.base/boot/grub/grub.cfg': '# of another system\n',
  '/run/haos/words': 'haos.slot=current\n',
};

describe('an upgrade where the launcher counts boots', () => {
  it('is on trial, and a rollback changes only the slot', async () => {
    const host = createHost({ ...NODE, ...RELEASE, ...BOARD });

    await run(host, { rootfs: true });

    const set = { ...NEW, kernel: OLD.kernel! };
    expect(upgradeStatus(host)).toMatchObject({
      slots: { current: set, previous: OLD },
      running: 'previous',
      state: { slot: 'current', trial: nameSet(set), tries: 2 },
    });
    expect(await rollback(host)).toEqual({ slot: 'previous', failed: nameSet(set) });
    expect(readSlots(host)).toEqual({ current: set, previous: OLD });
  });

  it('says what boots next once the tries are used up, without a kernel of its own', async () => {
    const [current, previous] = [
      { haos: 'v1.1.0', k3s: 'k1' },
      { haos: 'v1.0.0', k3s: 'k1' },
    ];
    const state = { slot: 'current', trial: nameSet(current), tries: 0 } as const;
    const host = createHost({
      ...BOARD,
      ...filesOf(SYSTEM, current),
      ...filesOf(SYSTEM, previous),
      ...linksOf(SYSTEM, 'current', current),
      ...linksOf(SYSTEM, 'previous', previous),
      [`${SYSTEM}/grubenv`]: formatBootState(state),
    });

    expect(upgradeStatus(host).state).toEqual({ slot: 'previous', failed: nameSet(current) });
  });

  it('a healthy boot ends the trial, also from within a container', async () => {
    const set = { ...NEW, kernel: OLD.kernel! };
    const inHost = (tree: Record<string, Tree>) =>
      Object.fromEntries(Object.entries(tree).map(([path, entry]) => [`/host${path}`, entry]));
    const host = createHost({ ...inHost({ ...NODE, ...BOARD }), ...RELEASE });
    const directory = `/host${SYSTEM}`;
    await run(host, { rootfs: true, destination: directory });
    expect(readBootState(host, directory)).toMatchObject({ trial: nameSet(set) });
    host.files.write('/host/run/haos/words', 'haos.slot=current haos.trial\n');
    host.files.write('/host/run/haos/set', `${nameSet(set)}\n`);

    expect(await markHealthy(host, { directory })).toEqual({ slot: 'current', good: nameSet(set) });
  });
});

describe('an upgrade of a node with a recorded running set', () => {
  it('keeps that set as the previous one after several upgrades before the next boot', async () => {
    const host = createHost({ ...NODE, ...RELEASE, ...facts({}) });
    await run(host, { rootfs: true });
    expect(upgradeStatus(host).running).toBe('previous');

    await run(host, { kernel: true });

    expect(readSlots(host)).toEqual({ current: NEW, previous: OLD });
    expect(upgradeStatus(host).running).toBe('previous');
  });

  it('removes nothing of it, even just after a rollback from it', async () => {
    const host = createHost({ ...NODE, ...RELEASE, ...facts({ cmdline: 'haos.slot=current' }) });
    await rollback(host);

    const { dropped } = await run(host);

    expect(dropped).toEqual([]);
    expect(readSlots(host)).toEqual({ current: NEW, previous: OLDER });
    expect(host.files.list(`${SYSTEM}/k3s`)).toContain(OLD.k3s);
  });

  it('may replace a set on trial while the previous one runs', async () => {
    const state = formatBootState({ slot: 'current', trial: nameSet(OLD), tries: 1 });
    const running = facts({ cmdline: 'haos.slot=previous', set: OLDER });
    const host = createHost({ ...NODE, ...RELEASE, ...running, [`${SYSTEM}/grubenv`]: state });

    expect((await run(host)).status).toBe('upgraded');
    expect(readSlots(host)).toEqual({ current: NEW, previous: OLDER });
  });

  it('looks for the record in the upgraded root from within a container', async () => {
    const inHost = (tree: Record<string, Tree>) =>
      Object.fromEntries(Object.entries(tree).map(([path, entry]) => [`/host${path}`, entry]));
    const host = createHost({ ...inHost({ ...NODE, ...facts({ set: OLDER }) }), ...RELEASE });

    await run(host, { destination: `/host${SYSTEM}` });

    expect(readSlots(host, `/host${SYSTEM}`)).toEqual({ current: NEW, previous: OLDER });
  });
});

describe('a rollback if the boot loader does not know slots', () => {
  const createLocal = () => createHost({ ...NODE, ...RELEASE, ...facts({ mode: 'local' }) });

  it('swaps the sets, and swaps them back the second time', async () => {
    const host = createLocal();

    expect(await rollback(host)).toEqual({ slot: 'current', failed: nameSet(OLD) });
    expect(readSlots(host)).toEqual({ current: OLDER, previous: OLD });
    expect(upgradeStatus(host).running).toBe('previous');

    expect(await rollback(host)).toEqual({ slot: 'current' });
    expect(readSlots(host)).toEqual({ current: OLD, previous: OLDER });
  });

  it('leaves a set that upgrades refuse until it is forgotten', async () => {
    const host = createLocal();
    await run(host);
    await rollback(host);

    expect(failedChecks((await run(host)).checks)).toEqual(['failed']);
    await forgetFailure(host);
    expect((await run(host)).status).toBe('upgraded');
    expect(readSlots(host)).toEqual({ current: NEW, previous: OLD });
  });

  it('leaves one of the two sets complete whenever it is killed', async () => {
    const machine = createLocal();
    const seen = new Set<string>();
    for (let effects = 0; ; effects += 1) {
      const host = planHost(machine);
      const isDone = await rollback(failingHost(host, effects)).then(
        () => true,
        () => false,
      );
      await completeIntent(host);

      seen.add(wholeSet(host, 'current'));
      expect([OLD, OLDER].map(nameSet)).toContain(wholeSet(host, 'previous'));
      if (isDone) {
        expect(effects, 'the number of effects').toBeGreaterThanOrEqual(11);
        break;
      }
    }
    expect([...seen].sort()).toEqual([OLD, OLDER].map(nameSet).sort());
  });
});

describe('an upgrade of a node of the Go implementation', () => {
  const GO: ReleaseSet = { haos: 'v2.1.3-v1.30.0-k3s1', k3s: 'v1.30.0+k3s1', kernel: '5.15.0-88-generic' };
  const GO_NODE: Record<string, Tree> = {
    [`${SYSTEM}/haos/${GO.haos}/haos`]: { content: AMD64, mode: 0o755 },
    [`${SYSTEM}/k3s/${GO.k3s}/k3s`]: { content: 'k3s', mode: 0o755 },
    [`${SYSTEM}/kernel/${GO.kernel}/kernel.squashfs`]: 'kernel',
    [`${SYSTEM}/kernel/${GO.kernel}/initrd`]: 'initrd',
    ...linksOf(SYSTEM, 'current', GO),
  };

  it('does not compare the versions of two programs', async () => {
    const host = createHost({ ...GO_NODE, ...RELEASE });

    expect((await run(host)).status).toBe('upgraded');
    expect(readSlots(host)).toEqual({ current: NEW, previous: GO });
  });

  it('must include haos', async () => {
    const host = createHost({ ...GO_NODE, ...RELEASE });

    expect(failedChecks((await run(host, { kernel: true })).checks)).toEqual(['destination']);
    expect((await run(host, { rootfs: true })).status).toBe('upgraded');
  });
});

describe('an upgrade that only checks', () => {
  it('reports what it would do, and writes nothing', async () => {
    const host = createHost();
    const before = host.tree();

    expect(await run(host, { checkOnly: true })).toMatchObject({ status: 'checked', from: OLD, to: NEW });
    expect(await run(host, { checkOnly: true, image: { directory: '/none' } })).toMatchObject({
      status: 'refused',
    });
    expect(host.tree()).toEqual(before);
  });
});

describe('the preparation of the boot loader', () => {
  it('sees all components, and an unchanged next boot', async () => {
    const host = createHost();
    let seen: unknown;

    await run(host, {
      beforeSwitch: () => {
        seen = [host.files.list(`${SYSTEM}/haos`), readSlots(host).current];
      },
    });

    expect(seen).toEqual([['current', 'previous', 'v0.9.0', 'v1.0.0', 'v1.1.0'], OLD]);
  });
});

describe('a k3s whose name does not contain its version', () => {
  const GIVEN = { ...OLD, k3s: 'given' };
  const program = (version: string) => ({ stdout: `k3s version ${version} (1a2b3c4d)\n` });
  const ours = `${SYSTEM}/k3s/given/k3s`;
  const theirs = `${SOURCE}/k3s/given/k3s`;

  /** A node that runs such a k3s, and a release with another set. */
  function hostWith(release: ReleaseSet, changes: Record<string, Tree> = {}) {
    const tree = {
      ...filesOf(SYSTEM, GIVEN),
      ...linksOf(SYSTEM, 'current', GIVEN),
      ...filesOf(SOURCE, release),
      ...linksOf(SOURCE, 'current', release),
      ...changes,
    };
    const commands = { sync: {}, [ours]: program('v1.36.3+k3s1'), [theirs]: program('v1.36.3+k3s1') };
    const host = createTestHost({ tree, commands });
    hosts.push(host);
    return host;
  }

  it.each([
    ['newer', 'v1.36.4+k3s1.g1a2b3c4d', 'upgraded', []],
    ['of the same version with other content', 'v1.36.3+k3s1.g1a2b3c4d', 'upgraded', []],
    ['older', 'v1.36.2+k3s1', 'refused', ['k3s would be downgraded: v1.36.3+k3s1 → v1.36.2+k3s1']],
    ['too new', 'v1.38.0+k3s1', 'refused', ['k3s would skip minor versions: v1.36.3+k3s1 → v1.38.0+k3s1']],
  ])('is asked for it, and a release with one that is %s', async (_, k3s, status, messages) => {
    const report = await run(hostWith({ ...NEW, k3s }));

    expect(report.status).toBe(status);
    expect(report.checks.filter(({ ok }) => !ok).map(({ message }) => message)).toEqual(messages);
  });

  it.each([
    ['of another size', { content: 'another k3s', mode: 0o755 }],
    ['of the same size', { content: 'k3s givem', mode: 0o755 }],
  ])('is not mistaken for one of the same name %s', async (_, content) => {
    const host = hostWith(GIVEN, { [theirs]: content });

    const report = await run(host);

    expect(report.status).toBe('refused');
    expect(failedChecks(report.checks)).toEqual(['content']);
    expect(host.files.readText(ours)).toBe('k3s given');
  });

  it('is the same if its content is the same', async () => {
    expect(await run(hostWith(GIVEN))).toMatchObject({ status: 'unchanged' });
  });
});

describe('an upgrade is refused, and nothing written,', () => {
  const skipping = { ...NEW, k3s: 'v1.32.0+k3s1' };
  const older = { ...NODE, ...filesOf(SOURCE, OLDER), ...linksOf(SOURCE, 'current', OLDER) };
  it.each<[id: string, title: string, tree: Record<string, Tree>]>([
    ['source', 'without a source', NODE],
    [
      'source',
      'when a file of the release is missing',
      { ...NODE, ...RELEASE, [`${SOURCE}/kernel/6.1-v1.1.0/initrd`]: { directory: true } },
    ],
    ['destination', 'without HAOS', { [`${SYSTEM}/config.yaml`]: '', ...RELEASE }],
    ['destination', 'on a boot medium', { ...NODE, ...RELEASE, ...facts({ mode: 'live' }) }],
    ['version', 'for a downgrade', older],
    [
      'minor',
      'when k3s would skip a minor version',
      { ...NODE, ...filesOf(SOURCE, skipping), ...linksOf(SOURCE, 'current', skipping) },
    ],
    [
      'architecture',
      'for another machine',
      { ...NODE, ...RELEASE, [`${SOURCE}/haos/v1.1.0/haos`]: Buffer.from(`${X86}\xb7\0`, 'latin1') },
    ],
    [
      'trial',
      'while the running set is on trial',
      {
        ...NODE,
        ...RELEASE,
        [`${SYSTEM}/grubenv`]: formatBootState({ slot: 'current', trial: nameSet(OLD), tries: 1 }),
      },
    ],
    [
      'failed',
      'when the set failed here',
      {
        ...NODE,
        ...RELEASE,
        [`${SYSTEM}/grubenv`]: formatBootState({ slot: 'current', failed: nameSet(NEW) }),
      },
    ],
  ])('%s: %s', async (id, _title, tree) => {
    const host = createHost(tree);
    const before = host.tree();

    const report = await run(host);

    expect(report.status).toBe('refused');
    expect(failedChecks(report.checks)).toEqual([id]);
    expect(report.checks.find((check) => check.id === id)?.hint).toBeDefined();
    expect(host.tree()).toEqual(before);
  });

  it('space: when there is not enough', async () => {
    const host = createHost();
    const before = host.tree();

    const report = await run({ ...host, files: { ...host.files, freeSpace: () => 1000 } });

    expect(failedChecks(report.checks)).toEqual(['space']);
    expect(host.tree()).toEqual(before);
  });

  it('unless downgrades are allowed', async () => {
    expect((await run(createHost(older), { allowDowngrade: true })).status).toBe('upgraded');
  });

  it('unless skipping is allowed', async () => {
    const tree = { ...NODE, ...filesOf(SOURCE, skipping), ...linksOf(SOURCE, 'current', skipping) };

    expect((await run(createHost(tree), { allowSkip: true })).status).toBe('upgraded');
  });
});

type Kernels = Readonly<Record<Slot, string | undefined>>;

function kernelsOf(host: Host): Kernels {
  return {
    current: readSlot(host, 'kernel'),
    previous: readSlot(host, 'kernel', { slot: 'previous' }),
  };
}

/** A host that reports what `sync` has flushed. */
function syncedHost(host: Host): { host: Host; synced: () => Kernels } {
  let kernels = kernelsOf(host);
  const run: Host['run'] = (command, ...rest) => {
    if (command === 'sync') kernels = kernelsOf(host);
    return host.run(command, ...rest);
  };
  return { host: { ...host, run }, synced: () => kernels };
}

/** Does what GRUB does: chooses a slot, counts, and loads the kernel that its link names. */
function bootLoader(
  host: Host,
  kernels: Kernels = kernelsOf(host),
): { slot: Slot; onTrial: boolean; kernel: string | undefined } {
  let state = nextBootState(readBootState(host), { kind: 'menu' });
  const { slot } = state;
  const onTrial = slot === 'current' && state.trial !== undefined;
  if (slot === 'current') state = nextBootState(state, { kind: 'boot' });
  writeBootState(host, state);
  return { slot, onTrial, kernel: kernels[slot] };
}

/** Returns the set of a slot if all its files are complete. */
function wholeSet(host: Host, slot: Slot): string {
  const set = readSlots(host)[slot];
  for (const [path, entry] of Object.entries(filesOf(SYSTEM, set))) {
    const content = typeof entry === 'object' && 'content' in entry ? entry.content : entry;
    expect(host.files.readText(path)).toBe(content);
  }
  return nameSet(set);
}

describe('an upgrade that is killed', () => {
  /** With the number of effects at which it is killed, so that a change does not lose some. */
  const KINDS: [
    title: string,
    options: Partial<UpgradeOptions>,
    state: BootState,
    kills: number,
    node?: Record<string, Tree>,
  ][] = [
    ['of everything', {}, { slot: 'current', good: nameSet(OLD) }, 123],
    ['of haos and k3s', { rootfs: true }, { slot: 'current' }, 116],
    ['of the kernel', { kernel: true }, { slot: 'current' }, 112],
    ['after a rollback', {}, { slot: 'previous', failed: nameSet(OLD) }, 123],
    ['where the launcher counts', { rootfs: true }, { slot: 'current' }, 116, BOARD],
  ];

  it.each(
    KINDS.flatMap(([title, options, state, kills, node = {}]) => [
      [title, options, state, kills, node, false] as const,
      // GRUB reads without the journal.
      [
        `${title}, by a power cut, and GRUB sees only what was synced`,
        options,
        state,
        kills,
        node,
        true,
      ] as const,
    ]),
  )(
    'leaves the old set or the new one complete whenever it is killed: %s',
    async (_title, options, state, expectedKills, node, isCut) => {
      const tree = { ...NODE, ...RELEASE, ...node, [`${SYSTEM}/grubenv`]: formatBootState(state) };
      const running = state.slot === 'current' ? OLD : OLDER;
      const seen = new Set<string>();
      let kills = 0;
      const machine = createHost(tree);
      for (let effects = 0; ; effects += 1) {
        // In memory, over the same files each time, because this runs many upgrades.
        const { host, synced } = syncedHost(planHost(machine));
        const outcome = await run(failingHost(host, effects), options).catch(() => 'killed' as const);
        const target = { ...running, ...(outcome === 'killed' ? newSet(options) : outcome.to) };
        // The completion is also killed at each of its effects in turn, each time followed by a
        // reboot.
        for (let second = 0; ; second += 1) {
          const booted = isCut && second === 0 ? bootLoader(host, synced()) : bootLoader(host);
          try {
            await completeIntent(failingHost(host, second), { booted });
          } catch {
            kills += 1;
            continue;
          }
          const set = wholeSet(host, booted.slot);
          // Two boots may have been used up: then it is the previous set.
          const allowed = [running, target, OLD, OLDER].map(nameSet);
          expect(allowed, `killed before effect ${effects}, then ${second}`).toContain(set);
          expect(readSlots(host)[booted.slot].kernel).toBe(booted.kernel);
          // The new set must be confirmed healthy before it is kept.
          expect(booted.onTrial || allowed.indexOf(set) !== 1, `killed before effect ${effects}`).toBe(true);
          expect(host.files.lstat(intentPath(SYSTEM))).toBeUndefined();
          if (second === 0) seen.add(set);
          break;
        }
        writeBootState(host, { slot: readBootState(host).slot });
        expect(['upgraded', 'unchanged']).toContain((await run(host, options)).status);
        if (outcome !== 'killed') break;
        kills += 1;
      }
      expect(kills).toBeGreaterThanOrEqual(expectedKills);
      expect([...seen].sort()).toEqual(
        [nameSet(running), nameSet({ ...running, ...newSet(options) })].sort(),
      );
    },
    60_000,
  );

  function newSet({ rootfs, kernel }: Partial<UpgradeOptions>): ReleaseSet {
    const isAll = !rootfs && !kernel;
    return {
      ...((isAll || rootfs) && { haos: NEW.haos!, k3s: NEW.k3s! }),
      ...((isAll || kernel) && { kernel: NEW.kernel! }),
    };
  }
});

it('a failed upgrade reports why, even if its copy cannot be removed', async () => {
  const host = createHost();
  let isCopying = false;
  const copy = () => {
    isCopying = true;
    return Promise.reject(new Error('copy'));
  };
  const remove = (path: string) => {
    if (isCopying) throw new Error('remove');
    return host.files.remove(path);
  };

  await expect(run({ ...host, files: { ...host.files, copy, remove } })).rejects.toThrow('copy');
});

describe('after an upgrade', () => {
  const cmdline = (text: string) => ({ '/proc/cmdline': text });

  it('a healthy boot ends the trial', async () => {
    const host = createHost({ ...NODE, ...RELEASE, ...cmdline('haos.slot=current haos.trial\n') });
    await run(host);
    bootLoader(host);

    expect(await markHealthy(host)).toEqual({ slot: 'current', good: nameSet(NEW) });
    expect(readBootState(host)).toEqual({ slot: 'current', good: nameSet(NEW) });
  });

  it('the running set is the previous one, and its health says nothing about the new one', async () => {
    const host = createHost({ ...NODE, ...RELEASE, ...cmdline('haos.slot=current\n') });
    await run(host);

    expect(upgradeStatus(host).running).toBe('previous');
    expect(await markHealthy(host)).toMatchObject({ trial: nameSet(NEW), tries: 2 });
  });

  it('a set that never works is rolled back, recorded, refused, and may be forgotten', async () => {
    const host = createHost();
    await run(host);

    const slots = [bootLoader(host).slot, bootLoader(host).slot, bootLoader(host).slot];

    expect(slots).toEqual(['current', 'current', 'previous']);
    expect(upgradeStatus(host)).toMatchObject({ state: { slot: 'previous', failed: nameSet(NEW) } });
    expect((await run(host)).status).toBe('refused');
    await forgetFailure(host);
    expect((await run(host)).status).toBe('upgraded');
    expect(readSlots(host)).toEqual({ current: NEW, previous: OLD });
  });

  it('a set that never works still boots next if no previous set exists', () => {
    const trial = { slot: 'current', trial: nameSet(OLD), tries: 0 } as const;
    const host = createHost({ ...filesOf(SYSTEM, OLD), ...linksOf(SYSTEM, 'current', OLD) });
    writeBootState(host, trial);

    expect(upgradeStatus(host).state).toEqual(trial);
  });

  it('a rollback boots the previous set, and a second one switches back', async () => {
    const host = createHost();
    await run(host);

    expect(await rollback(host)).toMatchObject({ slot: 'previous', failed: nameSet(NEW) });
    expect(bootLoader(host)).toMatchObject({ slot: 'previous', kernel: OLD.kernel, onTrial: false });
    expect(await rollback(host)).toEqual({ slot: 'current' });
  });

  it('a rollback without a previous set fails', async () => {
    const host = createHost({ ...filesOf(SYSTEM, OLD), ...linksOf(SYSTEM, 'current', OLD) });

    await expect(rollback(host)).rejects.toMatchObject({ code: 'HAOS_UPGRADE_NO_PREVIOUS' });
    expect(host.files.stat(`${SYSTEM}/grubenv`)).toBeUndefined();
  });

  describe('with a signed boot image', () => {
    const SIGNED = {
      '/run/haos/mode': 'disk\n',
      '/sys/block/dm-0/dm/uuid': `HAOS-VERITY-haos-rootfs-${'a'.repeat(64)}\n`,
    };

    it('a version that it would refuse is neither installed nor gone back to', async () => {
      const host = createHost({ ...NODE, ...SIGNED, ...RELEASE });
      const before = host.tree();

      const report = await run(host);
      expect([report.status, failedChecks(report.checks)]).toEqual(['refused', ['boot-image']]);
      await expect(rollback(host)).rejects.toMatchObject({ code: 'HAOS_UPGRADE_SIGNED' });
      expect(readSlots(host)).toEqual({ current: OLD, previous: OLDER });
      expect(Object.keys(host.tree())).toEqual(Object.keys(before));
    });

    it('another k3s is installed at once, and may be left again', async () => {
      const k3s = NEW.k3s!;
      const release = { ...filesOf(SOURCE, { ...OLD, k3s }), ...linksOf(SOURCE, 'current', { ...OLD, k3s }) };
      const host = createHost({ ...NODE, ...SIGNED, ...release });

      expect(await run(host)).toMatchObject({ status: 'upgraded', to: { ...OLD, k3s } });
      expect(readBootState(host)).toEqual({ slot: 'current' });
      await rollback(host);
      expect(readSlots(host).current).toEqual(OLD);
    });
  });

  it('a dangling link is not a set', () => {
    const host = createHost({ [`${SYSTEM}/haos/current`]: { link: 'v9' } });

    expect(upgradeStatus(host)).toEqual({
      slots: { current: {}, previous: {} },
      running: 'current',
      state: { slot: 'current' },
      isInterrupted: false,
    });
    expect(versionDirectory(SYSTEM, 'haos', 'v9')).toBe(`${SYSTEM}/haos/v9`);
  });
});
