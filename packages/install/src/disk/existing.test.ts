import { createTestHost } from '@haos/host/testing';
import { expect, it } from 'vitest';
import { type ExistingOptions, findExisting } from './existing.js';

const BIOS_BOOT = '21686148-6449-6e6f-744e-656564454649';
const EFI = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
const LINUX = '0fc63daf-8483-4772-8e79-3d69d8477de4';

interface Device {
  path: string;
  type?: string;
  fstype?: string;
  label?: string;
  partitionType?: string;
  mountpoints?: string[];
  children?: Device[];
}

const STATE: Device = { path: '/dev/vda2', fstype: 'ext4', label: 'HAOS_STATE', partitionType: LINUX };
const OTHER: Device = { path: '/dev/vda1', fstype: 'vfat', partitionType: '0x83' };
const MADE: Device = { path: '/dev/vda', children: [OTHER, { ...STATE, partitionType: '0x83' }] };

function gpt(...types: string[]): Device {
  const others = types.map((partitionType, index) => ({ path: `/dev/vda${index + 3}`, partitionType }));
  return { path: '/dev/vda', children: [STATE, ...others] };
}

/** Lists the same volume below each of its disks. */
function stacked(type: string): Device[] {
  const volume = { ...STATE, path: '/dev/mapper/vg-state', type };
  const member = (path: string): Device => ({ path: `${path}1`, fstype: 'LVM2_member', children: [volume] });
  return ['/dev/vda', '/dev/vdb'].map((path) => ({ path, children: [member(path)] }));
}

function toLsblk(devices: readonly Device[], type = 'disk'): object[] {
  return devices.map(({ children = [], ...device }) => ({
    type,
    size: 8e9,
    ro: false,
    mountpoints: [null],
    ...device,
    children: toLsblk(children, 'part'),
  }));
}

function toProbe(devices: readonly Device[], wanted: string | undefined): string {
  return devices
    .map(({ path, partitionType, children = [] }) =>
      path === wanted && partitionType
        ? `DEVNAME=${path}\nPART_ENTRY_TYPE=${partitionType}\n`
        : toProbe(children, wanted),
    )
    .join('');
}

/** What mtools print of an EFI system partition with boot images of HAOS and of another system. */
const BOOT_IMAGES = '::/EFI/Linux/haos-2-v1.0.0,-,6.1-v1.0.0+0-2.efi\n::/EFI/Linux/debian.efi\n';
const EFI_ROOT =
  'EFI          <DIR>     2026-11-28  19:17\n                         66 057 216 bytes free\n\n';

async function find(devices: readonly Device[], options: Partial<ExistingOptions> = {}, features = 'extent') {
  const host = createTestHost({
    commands: {
      lsblk: { stdout: JSON.stringify({ blockdevices: toLsblk(devices) }) },
      blkid: ({ args }) => ({ stdout: toProbe(devices, args.at(-1)) }),
      dumpe2fs: { stdout: `Filesystem features:      has_journal ${features}\n` },
      mdir: ({ args }) => ({ stdout: args.includes('-b') ? BOOT_IMAGES : EFI_ROOT }),
      readlink: ({ args }) => ({ stdout: args.at(-1) ?? '' }),
    },
  });
  const found = await findExisting(host, { commandLine: 'quiet', firmware: 'bios', ...options });
  host.dispose();
  return { ...found, failed: found.checks.filter(({ ok }) => !ok).map(({ id }) => id) };
}

it('chooses the only partition with the label, and its disk', async () => {
  const other = { ...MADE, path: '/dev/vdb', children: [] };

  expect(await find([other, MADE])).toMatchObject({
    failed: [],
    existing: { state: '/dev/vda2', efi: undefined, disks: ['/dev/vda'], isStacked: false },
  });
});

it('accepts a partition without the label if it is named', async () => {
  const unlabelled = { ...STATE, label: 'data', partitionType: '0x83' };
  const disk = { path: '/dev/vda', children: [unlabelled] };

  expect(await find([disk], { device: '/dev/vda2' })).toMatchObject({
    failed: [],
    disk: { path: '/dev/vda' },
  });
  expect((await find([disk])).failed).toEqual(['device']);
});

it.each(['lvm', 'raid1'])(
  'reports that boots are not counted on %s, and uses all its disks for the boot loader',
  async (type) => {
    const { failed, existing, checks } = await find(stacked(type));

    expect(failed).toEqual([]);
    expect(existing).toMatchObject({ disks: ['/dev/vda', '/dev/vdb'], isStacked: true });
    expect(checks.find(({ id }) => id === 'boot-loader')?.message).toContain('boot counting is off');
  },
);

it('chooses the EFI partition of HAOS, else the only one', async () => {
  const ours = { path: '/dev/vda9', partitionType: EFI, fstype: 'vfat', label: 'HAOS_GRUB' };
  const several = gpt(EFI, EFI);
  const efiOf = async (disk: Device) => (await find([disk], { firmware: 'efi' })).existing?.efi;

  expect(await efiOf({ ...several, children: [...(several.children ?? []), ours] })).toBe('/dev/vda9');
  expect(await efiOf(gpt(LINUX, EFI))).toBe('/dev/vda4');
  expect(await efiOf(several)).toBeUndefined();
});

it('finds the boot images of own keys, and the room for others', async () => {
  expect((await find([gpt(EFI)], { firmware: 'efi' })).existing).toMatchObject({
    entries: [{ number: 2, set: 'v1.0.0/-/6.1-v1.0.0', left: 0, done: 2 }],
    efiRoom: 66_057_216,
  });
});

it('finds the encrypted data of a node', async () => {
  const data = { path: '/dev/vda3', fstype: 'crypto_LUKS', label: 'HAOS_DATA' };
  const dataOf = async (device: Device) => {
    const found = await find([{ ...MADE, children: [...(MADE.children ?? []), device] }]);
    return found.existing?.data;
  };

  expect(await dataOf(data)).toBe('/dev/vda3');
  expect(await dataOf({ ...data, label: 'other' })).toBeUndefined();
});

it('needs no partition for a boot loader that is not installed', async () => {
  expect((await find([gpt()], { firmware: 'efi', loader: false })).failed).toEqual([]);
});

it.each<[title: string, id: string, devices: Device[], options: Partial<ExistingOptions>, features?: string]>(
  [
    [
      'several partitions with the label',
      'device',
      [MADE, { path: '/dev/vdb', children: [{ ...STATE, path: '/dev/vdb1' }] }],
      {},
    ],
    ['a device that does not exist', 'device', [MADE], { device: '/dev/none' }],
    ['a whole disk', 'device', [MADE], { device: '/dev/vda' }],
    ['another file system', 'device', [MADE], { device: '/dev/vda1' }],
    [
      'a mounted partition',
      'in-use',
      [{ ...MADE, children: [{ ...STATE, mountpoints: ['/mnt'] }] }],
      { loader: false },
    ],
    ['a partition that is too small', 'size', [MADE], { minimumSize: 9e9 }],
    ['a state partition that appeared late', 'state', [MADE], { keepState: true }],
    ['a file system that GRUB cannot read', 'file-system', [MADE], {}, 'metadata_csum_seed'],
    ['a GPT that BIOS cannot boot from', 'boot-loader', [gpt(EFI)], {}],
    ['a disk without an EFI partition', 'boot-loader', [gpt(BIOS_BOOT)], { firmware: 'efi' }],
  ],
)('refuses %s', async (_title, id, devices, options, features) => {
  const { failed, existing, checks } = await find(devices, options, features);

  expect(failed).toEqual([id]);
  expect(existing).toBeUndefined();
  expect(checks.find(({ ok }) => !ok)?.hint).toMatch(/\w/);
});
