import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIso } from '../../scripts/live-iso.js';
import { EFI, sizeDisk } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const CONFIG = `hostname: large
haos:
  password: sesame
  mounts:
    - { device: LABEL=array, path: /srv/array }
    - { device: LABEL=second, path: /srv/second }
`;

const CARDS = 16;
/** Disks of the controller; with the two of the NVMe device there are 24. */
const DISKS = 22;
/** The disks that become an array, by their place at the controller. */
const MEMBERS = [20, 21];
/** The disk that replaces one of them. */
const SPARE = 19;

/** In a shell of that machine: the disk at a place of the controller. */
const diskAt = (place: number) => `/dev/disk/by-path/pci-0000:00:10.0-scsi-0:2:${place}:0`;

describe('a machine with many devices: 24 disks, 16 network cards, sectors of 4 KiB', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const file = (name: string) => join(directory, name);
  let machine: Machine;
  let cards: string;

  beforeAll(async () => {
    const iso = await buildIso(ROOT, ['--kernel', 'generic', '--no-k3s']);
    const stick = ['-drive', `if=none,id=stick,format=raw,readonly=on,file=${iso}`];
    const usb = ['-device', 'qemu-xhci', '-device', 'usb-storage,drive=stick,bootindex=0'];
    sizeDisk(file('first'), 3000);
    sizeDisk(file('second'), 500);
    for (let place = 0; place < DISKS; place++) sizeDisk(file(`disk-${place}`), 100);
    machine = await startMachine({ name: 'large-live', args: [...board(file), ...stick, ...usb] });
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('shows every disk and every card', async () => {
    expect(await machine.read('lsblk --nodeps --noheadings --output TYPE | grep -c disk')).toBe(
      String(DISKS + 3), // with the stick
    );
    cards = await readCards(machine);
    expect(cards.split('\n')).toHaveLength(CARDS);
  });

  it('installs on a namespace with sectors of 4 KiB', async () => {
    const [first, second] = MEMBERS.map(diskAt);
    const create = 'mdadm --create /dev/md/array --level=1 --raid-devices=2 --bitmap=none --run';
    const named = 'until [ -e /dev/md/array ]; do sleep 1; done';
    await machine.read(
      `${create} ${first} ${second} && ${named} && mkfs.ext4 -q -L array /dev/md/array`,
      240,
    );
    // The kernel names namespaces in the order in which it finds them.
    const namespace = async (number: number) =>
      `/dev/${await machine.read(`cd /sys/block && dirname $(grep -lx ${number} nvme*/nsid)`)}`;
    await machine.read(`mkfs.ext4 -q -L second ${await namespace(2)}`);
    const target = await namespace(1);
    await machine.read(
      'mount /dev/md/array /mnt && echo kept >/mnt/file && umount /mnt && mdadm --stop --scan',
    );
    await machine.read(`printf '%s' '${CONFIG}' >/tmp/config.yaml`);
    const install = `haos install --silent --device ${target} --config-url /tmp/config.yaml --tty ttyS0`;

    expect(await machine.read(install, 600)).toContain(` is on ${target}`);
    expect(await machine.read(`blockdev --getss ${target}`)).toBe('4096');
    await machine.stop();
  });

  it('boots from there, without one disk of the array, and mounts what it was told to', async () => {
    machine = await startMachine({ name: 'large-disk', args: board(file, MEMBERS[1]) });
    await machine.logIn('sesame');
    await waitForRuntime(machine);

    expect(await readStatus(machine)).toMatchObject({
      mode: 'disk',
      phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
    });
    expect(await machine.read('cat /srv/array/file; findmnt -no LABEL /srv/second')).toBe('kept\nsecond');
    expect(await machine.read('blockdev --getss $(findmnt -no SOURCE /.base)')).toBe('4096');
    expect(await machine.read('cat /proc/mdstat')).toMatch(/\[2\/1\] \[(U_|_U)\]/);
  });

  it('says on the console, in the log and in its status that the array lacks a disk', async () => {
    await machine.expect(/haos: warning: the array \/dev\/md\S+ lacks a disk; see 'sudo haos status'/, 600);
    await machine.read("until grep -q 'mdadm.*DegradedArray' /var/log/messages; do sleep 1; done");

    const { status, output } = await machine.run('haos status --format json');
    expect(status).toBe(1);
    expect(JSON.parse(output)).toMatchObject({
      isHealthy: false,
      // The array was made on a system with another name, so its own begins with that.
      problems: [
        expect.stringMatching(/^array \/dev\/md\d+ \(\S+:array, raid1\): degraded, 1 of 2 disks work$/),
      ],
      arrays: [
        {
          name: expect.stringMatching(/:array$/),
          level: 'raid1',
          state: 'degraded',
          disks: 2,
          working: 1,
          failed: [],
        },
      ],
    });
  });

  it('is healthy again with another disk in the array', async () => {
    await machine.read(`mdadm $(findmnt -no SOURCE /srv/array) --add ${diskAt(SPARE)}`);
    await machine.expect(/haos: the array \/dev\/md\S+ has \/dev\/sd\S+ again/, 600);

    const { output } = await machine.run('haos status');
    expect(output).toMatch(/: healthy$/m);
    expect(output).toMatch(/^arrays: +\/dev\/md\d+ \(\S+:array, raid1\): complete, 2 of 2 disks work$/m);
  });

  it('keeps the names of the cards', async () => {
    expect(await readCards(machine)).toBe(cards);
  });
});

/** Returns names and addresses of the network cards, in the order of their names. */
function readCards(machine: Machine): Promise<string> {
  return machine.read('cd /sys/class/net && for name in eth*; do echo "$name $(cat $name/address)"; done');
}

/** Returns the devices of the machine; the disk at the place `missing` is left out. */
function board(file: (name: string) => string, missing?: number): string[] {
  const drive = (name: string) => ['-drive', `file=${file(name)},format=raw,if=none,id=${name},cache=unsafe`];
  const namespace = (name: string, number: number, size: number) => [
    ...drive(name),
    '-device',
    `nvme-ns,drive=${name},bus=nvme,nsid=${number},logical_block_size=${size},physical_block_size=${size}`,
  ];
  const places = Array.from({ length: DISKS }, (_, place) => place).filter((place) => place !== missing);
  return [
    ...['-machine', 'q35', ...EFI],
    ...['-device', 'nvme,id=nvme,serial=1', ...namespace('first', 1, 4096), ...namespace('second', 2, 512)],
    ...['-device', 'megasas-gen2,id=raid,bus=pcie.0,addr=0x10'],
    ...places.flatMap((place) => [
      ...drive(`disk-${place}`),
      '-device',
      `scsi-hd,bus=raid.0,scsi-id=${place},drive=disk-${place}`,
    ]),
    ...Array.from({ length: CARDS }, (_, number) => card(number)).flat(),
  ];
}

/** A card of one of two vendors, in turn. The first has a network. */
function card(number: number): string[] {
  const model = number % 2 === 0 ? 'virtio-net-pci' : 'e1000';
  const place = `bus=pcie.0,addr=${(8 + (number >> 3)).toString(16)}.${number & 7},multifunction=on`;
  const address = `52:54:00:00:00:${number.toString(16).padStart(2, '0')}`;
  const network = number === 0 ? ['-netdev', 'user,id=network'] : [];
  const peer = number === 0 ? ',netdev=network' : '';
  return [...network, '-device', `${model},${place},mac=${address},romfile=${peer}`];
}
