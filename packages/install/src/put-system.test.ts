import { type Host, type HostFiles, planHost } from '@haos/host';
import { createTestHost, type Tree } from '@haos/host/testing';
import { readSlots, type Slots } from '@haos/system';
import {
  type BootState,
  completeIntent,
  formatBootState,
  nameSet,
  type ReleaseSet,
  readBootState,
} from '@haos/system/internal';
import { describe, expect, it, onTestFinished } from 'vitest';
import { putState } from './put-system.js';

const SYSTEM = '/target/haos/system';
const FAILED: ReleaseSet = { haos: 'v2', k3s: 'v1.30.2+k3s1', kernel: '6.2-v2' };
const OLD: ReleaseSet = { haos: 'v1', k3s: 'v1.30.1+k3s1', kernel: '6.1-v1' };
const NEW: ReleaseSet = { haos: 'v3', k3s: 'v1.30.3+k3s1', kernel: '6.3-v3' };
const SAME_KERNEL: ReleaseSet = { ...NEW, kernel: '6.2-v2' };

const CONFIGURATION = { text: 'hostname: new\n', isFallback: false } as Parameters<
  typeof putState
>[2]['configuration'];

function machineWith(slots: Slots, state: BootState) {
  const tree: Record<string, Tree> = { [`${SYSTEM}/grubenv`]: Buffer.from(formatBootState(state)) };
  for (const set of [OLD, NEW, FAILED])
    for (const [component, version] of Object.entries(set)) {
      tree[`${SYSTEM}/${component}/${version}/file`] = version;
      for (const slot of ['current', 'previous'] as const) {
        const link = slots[slot][component as keyof ReleaseSet];
        if (link !== undefined) tree[`${SYSTEM}/${component}/${slot}`] = { link };
      }
    }
  const machine = createTestHost({ tree, commands: { sync: {} } });
  onTestFinished(() => machine.dispose());
  return machine;
}

/**
 * Returns a host whose power fails before the effect with this number, and the links as GRUB then
 * finds them: without the journal, which only `sync` empties. A block that is overwritten in place,
 * such as GRUB's own, changes at once.
 */
function failingHost(host: Host, effects: number): { host: Host; links: () => Slots } {
  let left = effects;
  let links = readSlots(host, SYSTEM);
  const files: Record<string, unknown> = { ...host.files };
  for (const name of ['write', 'makeDirectory', 'link', 'remove', 'move'] as const) {
    files[name] = (...args: unknown[]) => {
      if (left === 0) throw new Error('power failed');
      left -= 1;
      return (host.files[name] as (...given: unknown[]) => unknown)(...args);
    };
  }
  const run: Host['run'] = (command, args, options) => {
    if (command === 'sync') links = readSlots(host, SYSTEM);
    return host.run(command, args, options);
  };
  return { host: { ...host, run, files: files as unknown as HostFiles }, links: () => links };
}

/**
 * Returns the set that boots: GRUB loads a kernel, and early boot, which reads the journal,
 * completes what was interrupted.
 */
async function boot(host: Host, links: Slots): Promise<string> {
  const { slot, trial } = readBootState(host, SYSTEM);
  const { kernel } = links[slot];
  const onTrial = slot === 'current' && trial !== undefined;
  await completeIntent(host, { directory: SYSTEM, booted: { slot, onTrial, kernel } });
  const set = readSlots(host, SYSTEM)[slot];
  expect(set.kernel, 'the kernel that GRUB took').toBe(kernel);
  return nameSet(set);
}

/** A node that rolled back from a failed set to the one before. */
const AFTER_FAILURE = [
  { current: FAILED, previous: OLD },
  { slot: 'previous', failed: nameSet(FAILED) },
  OLD,
] as const satisfies [Slots, BootState, ReleaseSet];

describe('an installation on a disk that is kept', () => {
  it.each<[title: string, slots: Slots, state: BootState, runs: ReleaseSet, set: ReleaseSet]>([
    ['of a node', { current: OLD, previous: {} }, { slot: 'current' }, OLD, NEW],
    [
      'of a node on trial',
      { current: OLD, previous: FAILED },
      { slot: 'current', trial: nameSet(OLD), tries: 1 },
      OLD,
      NEW,
    ],
    ['of a node that rolled back from a failed set', ...AFTER_FAILURE, NEW],
    ['with the kernel of the failed set', ...AFTER_FAILURE, SAME_KERNEL],
    ['of the set that runs instead of a failed one', ...AFTER_FAILURE, OLD],
  ])(
    '%s boots either the whole old set or the whole new one after a power cut',
    async (_title, slots, state, runs, set) => {
      const machine = machineWith(slots, state);
      const put = async (host: Host) =>
        putState(host, set, { configuration: CONFIGURATION, root: '/target' });
      const seen = new Set<string>();
      for (let effects = 0; ; effects += 1) {
        const plan = planHost(machine);
        const { host, links } = failingHost(plan, effects);
        const outcome = await put(host).catch((error: Error) => error.message);
        const booted = await boot(plan, links());
        seen.add(booted);
        expect([runs, set].map(nameSet), `cut before effect ${effects}`).toContain(booted);
        if (outcome === undefined) {
          expect(effects, 'the number of effects').toBeGreaterThanOrEqual(11);
          break;
        }
        expect(outcome).toBe('power failed');
        await put(plan);
        expect(await boot(plan, readSlots(plan, SYSTEM))).toBe(nameSet(set));
      }
      expect(seen).toEqual(new Set([runs, set].map(nameSet)));
    },
  );

  it('keeps the configuration beside the encrypted data, and leads to it from its usual place', async () => {
    const host = machineWith({ current: OLD, previous: {} }, { slot: 'current' });
    host.files.write(`${SYSTEM}/encryption`, '2 9b1f\n');

    await putState(host, NEW, { configuration: CONFIGURATION, root: '/target' });

    expect(host.files.readLink(`${SYSTEM}/config.yaml`)).toBe('../private/config.yaml');
    expect(host.files.stat('/target/haos/private/config.yaml')).toMatchObject({ type: 'file', mode: 0o600 });
    expect(host.files.readText(`${SYSTEM}/config.yaml`)).toBe(CONFIGURATION.text);
    expect(host.files.stat('/target/haos/data')).toBeUndefined();
  });

  it('forgets the results of other sets, and keeps the set that ran as the previous one', async () => {
    const host = machineWith(
      { current: FAILED, previous: OLD },
      { slot: 'previous', failed: 'x', good: 'y' },
    );

    await putState(host, NEW, { configuration: CONFIGURATION, root: '/target' });

    expect(readBootState(host, SYSTEM)).toEqual({ slot: 'current' });
    expect(readSlots(host, SYSTEM)).toEqual({ current: NEW, previous: OLD });
    expect(host.files.stat(`${SYSTEM}/intent`)).toBeUndefined();
  });
});
