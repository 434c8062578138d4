import { type Host, type HostFiles, planHost } from '@haos/host';
import { createTestHost, type Tree } from '@haos/host/testing';
import { expect, it, onTestFinished } from 'vitest';
import { nameSet, type ReleaseSet, readSlot, readSlots, type Slot } from '../components.js';
import { completeIntent } from './complete-intent.js';
import { readBootState } from './stored-boot-state.js';
import { upgrade } from './upgrade.js';

const SYSTEM = '/host/haos/system';
const MENU = '/host/boot/grub/grub.cfg';
const GO: ReleaseSet = { haos: 'v2.1.3-k3s', k3s: 'v1.30.0+k3s1', kernel: '5.15.0-88-generic' };
const NEW: ReleaseSet = { haos: 'v1.1.0', k3s: 'v1.30.1+k3s2', kernel: '6.1-v1.1.0' };

function filesOf(directory: string, set: ReleaseSet, files: Readonly<Record<string, readonly string[]>>) {
  const tree: Record<string, Tree> = {};
  for (const [component, version] of Object.entries(set)) {
    tree[`${directory}/${component}/current`] = { link: version };
    for (const file of files[component] ?? []) tree[`${directory}/${component}/${version}/${file}`] = file;
  }
  return tree;
}

const NODE: Record<string, Tree> = {
  ...filesOf(SYSTEM, GO, { haos: ['haos'], k3s: ['k3s'], kernel: ['kernel.squashfs', 'initrd'] }),
  ...filesOf('/haos/system', NEW, {
    haos: ['haos', 'rootfs.squashfs'],
    k3s: ['k3s'],
    kernel: ['kernel.squashfs', 'vmlinuz', 'initrd'],
  }),
  [MENU]:
    'menuentry "HAOS Current" {\n  set sqfile=/haos/system/kernel/current/kernel.squashfs\n  linux (loop0)/vmlinuz quiet\n}\n',
  '/proc/self/mountinfo':
    '1 0 8:1 / /host/boot rw - ext4 /dev/sda1 rw\n2 0 8:1 / /host/haos/system rw - ext4 /dev/sda1 rw\n',
};

/** Upgrades as `haos upgrade` does. */
async function migrate(host: Host): Promise<void> {
  const { status } = await upgrade({ host, image: { directory: '/haos/system' }, destination: SYSTEM });
  expect(['upgraded', 'unchanged']).toContain(status);
}

/** Returns a host whose power fails before the effect with this number. */
function failingHost(host: Host, effects: number): Host {
  let left = effects;
  const files: Record<string, unknown> = { ...host.files };
  for (const name of ['write', 'makeDirectory', 'link', 'remove', 'setAttributes', 'move', 'copy'] as const) {
    files[name] = (...args: unknown[]) => {
      if (left === 0) throw new Error('power failed');
      left -= 1;
      return (host.files[name] as (...given: unknown[]) => unknown)(...args);
    };
  }
  return { ...host, files: files as unknown as HostFiles };
}

/**
 * Returns the set that boots: either menu follows links to a kernel. The menu of HAOS brings an
 * initrd that completes an interrupted upgrade. The menu of the Go implementation ends at the
 * program of the current set, which is the launcher of HAOS or its own.
 */
async function boot(host: Host): Promise<string> {
  const isOurs = (component: 'haos' | 'kernel', slot: Slot) =>
    host.files.stat(
      `${SYSTEM}/${component}/${slot}/${component === 'haos' ? 'rootfs.squashfs' : 'vmlinuz'}`,
    ) !== undefined;
  const counts = host.files.readText(MENU).includes('count_boot');
  const { slot: chosen, trial } = readBootState(host, SYSTEM);
  const slot = counts ? chosen : 'current';
  const onTrial = counts && slot === 'current' && trial !== undefined;
  const kernel = readSlot(host, 'kernel', { directory: SYSTEM, slot });
  if (isOurs('kernel', slot) || isOurs('haos', 'current'))
    await completeIntent(host, { directory: SYSTEM, booted: { slot, onTrial, kernel } });
  expect(isOurs('haos', slot)).toBe(isOurs('kernel', slot));
  return nameSet(readSlots(host, SYSTEM)[slot]);
}

it('a node of the Go implementation boots either the whole old set or the whole new one, whenever its upgrade is killed', async () => {
  const machine = createTestHost({
    tree: NODE,
    commands: { sync: {}, ln: {}, blkid: { stdout: '0123-ABCD\n' } },
  });
  onTestFinished(() => machine.dispose());
  const seen = new Set<string>();
  for (let effects = 0; ; effects += 1) {
    const host = planHost(machine);
    const outcome = await migrate(failingHost(host, effects)).catch((error: Error) => error.message);
    const set = await boot(host);
    seen.add(set);
    expect([GO, NEW].map(nameSet), `killed before effect ${effects}`).toContain(set);
    if (outcome === undefined) {
      expect(effects, 'the number of effects').toBeGreaterThanOrEqual(31);
      break;
    }
    expect(outcome).toBe('power failed');
    await migrate(host);
    expect(await boot(host)).toBe(nameSet(NEW));
  }
  expect(seen.size).toBe(2);
}, 60_000);
