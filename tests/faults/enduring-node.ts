import { linkSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { diskArguments, NETWORK, sizeDisk } from '../vm/image.js';
import { extractSystem, installOnDisk, makeDirectory, packSources } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

/** What a node does at the power cut. */
export type Activity = 'boot' | 'growth' | 'apply' | 'upgrade';

/** An installed node that is used until its power is cut. */
export interface EnduringNode {
  /** Returns the machine of the last start. */
  machine(): Machine;
  /** Powers it on and waits until it has applied its configuration. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Starts an activity on the running node, and cuts its power that many seconds later. */
  cut(activity: Activity, seconds: number): Promise<void>;
  /** Fails unless it is the node that was installed, with its configuration and its data. */
  expectWhole(): Promise<void>;
  stop(): Promise<void>;
}

const CONFIG = `
hostname: endured
write_files:
  - path: /etc/written
    content: by the configuration
haos:
  password: sesame
  labels: { place: rack }
`;

/** What must stay the same after each cut. */
const KEPT = [
  'hostname',
  'cat /etc/machine-id /etc/written /var/data /etc/rancher/node/password',
  'ssh-keygen -lf /var/lib/rancher/HAOS/ssh/ssh_host_ed25519_key',
  'grep place= /etc/rancher/k3s/config.yaml.d/50-haos.yaml',
  'findmnt -no SOURCE --target /var',
].join('; ');

/** The version of a second set of components; its files are those of the image under test. */
const OTHER = 'v9.0.0';

/** Installs a node, starts it, and writes data that it must not lose. */
export async function createEnduringNode(name: string, directory: string): Promise<EnduringNode> {
  const [disk, releases] = [join(directory, 'disk'), join(directory, 'releases.squashfs')];
  const system = extractSystem(directory);
  const first = writeReleases(releases, { directory, system });
  await installOnDisk(disk, { directory, system, config: CONFIG });
  rmSync(system, { recursive: true });
  let [megabytes, changes] = [3000, 0];

  const switchOn = () => {
    const sources = ['-drive', `file=${releases},format=raw,if=virtio,readonly=on`];
    return startMachine({ name, memory: 512, args: [...diskArguments(disk), ...sources, ...NETWORK] });
  };
  const begin: Record<Activity, () => Promise<unknown>> = {
    boot: async () => {
      await machine.stop();
      machine = await switchOn();
    },
    growth: async () => {
      await machine.stop();
      megabytes += 50;
      sizeDisk(disk, megabytes);
      machine = await switchOn();
    },
    apply: async () => {
      changes += 1;
      const config = `haos: { sysctls: { kernel.domainname: change-${changes} } }`;
      await machine.read(`echo '${config}' >/var/lib/rancher/HAOS/config.d/change.yaml; sync`);
      await machine.read('setsid haos config >/run/cut.log 2>&1 &');
    },
    upgrade: async () => {
      await waitForHealth(machine); // a version on trial accepts no upgrade
      const isFirst = (await machine.read('readlink /haos/system/haos/current')) === first;
      await machine.run('haos upgrade forget'); // a version whose boots were cut counts as failed
      await machine.read('mkdir -p /run/media && mount /dev/vdb /run/media');
      const source = `--source /run/media/${isFirst ? OTHER : first} --destination /haos/system`;
      const command = `haos upgrade ${source} --rootfs --kernel --allow-downgrade`;
      await machine.read(`setsid ${command} >/run/cut.log 2>&1 &`);
    },
  };
  const start = async () => {
    machine = await switchOn();
    await machine.logIn('sesame');
    await waitForRuntime(machine);
  };

  let machine = await switchOn();
  await machine.logIn('sesame');
  await waitForRuntime(machine);
  await machine.read('echo secret >/etc/rancher/node/password; printf precious >/var/data; sync');
  const kept = await machine.read(KEPT);
  return {
    machine: () => machine,
    start,
    restart: async () => {
      machine.send('reboot');
      await machine.ended(360); // QEMU exits instead of restarting
      await start();
    },
    cut: async (activity, seconds) => {
      await begin[activity]();
      await setTimeout(seconds * 1000); // an arbitrary moment, on purpose
      await machine.stop();
    },
    expectWhole: async () => {
      expect(await machine.read(KEPT)).toBe(kept);
      await expectSettled(machine);
      if (changes > 0) expect(await machine.read('sysctl -n kernel.domainname')).toBe(`change-${changes}`);
    },
    stop: () => machine.stop(),
  };
}

/** Waits until the health watch of the version has ended. */
export async function waitForHealth(machine: Machine): Promise<void> {
  await machine.read('while kill -0 "$(cat /run/haos/health.pid)"; do sleep 1; done 2>/dev/null', 400);
}

/**
 * Checks that the configuration is applied, no upgrade is incomplete, and the state partition takes
 * the whole disk.
 */
async function expectSettled(machine: Machine): Promise<void> {
  expect(await readStatus(machine)).toMatchObject({
    mode: 'disk',
    phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
  });
  const upgrade = JSON.parse(await machine.read('haos upgrade status --format json'));
  expect(upgrade).toMatchObject({ isInterrupted: false });
  // The last number is the block count in the superblock; blocks are 4 KiB on disks of this size
  // (ext4(5)).
  const sizes = await machine.read(
    'blockdev --getsize64 /dev/vda /dev/vda1; od -An -tu4 -j1028 -N4 /dev/vda1',
  );
  const [disk = 0, partition = 0, blocks = 0] = sizes.split('\n').map(Number);
  expect(disk - partition).toBeLessThan(4_000_000);
  expect(partition - blocks * 4096).toBeLessThan(4_000_000);
}

/**
 * Writes the set of the image under test and one of another version, each in a directory of its
 * name; returns the name of the first.
 */
function writeReleases(image: string, { directory, system }: { directory: string; system: string }): string {
  const tree = join(directory, 'releases');
  const [haos = '', kernel = ''] = ['haos', 'kernel'].map((name) =>
    readlinkSync(join(system, name, 'current')),
  );
  for (const version of [haos, OTHER]) {
    const kernelVersion = `${kernel.slice(0, -haos.length)}${version}`;
    const take = (component: string, [from, to]: [string, string], files: readonly string[]) => {
      const target = makeDirectory(join(tree, version, component, to));
      symlinkSync(to, join(tree, version, component, 'current'));
      for (const file of files) linkSync(join(system, component, from, file), join(target, file));
    };
    take('haos', [haos, version], ['rootfs.squashfs']);
    take('kernel', [kernel, kernelVersion], ['kernel.squashfs', 'vmlinuz', 'initrd']);
  }
  packSources(image, tree);
  return haos;
}
