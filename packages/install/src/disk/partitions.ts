import { HaosError } from '@haos/host';
import { DATA_LABEL, EFI_LABEL, EFI_PARTITION, STATE_LABEL } from '@haos/system/internal';
import type { InstallErrorCode } from '../errors.js';

export type Firmware = 'bios' | 'efi';

/** The firmware that a disk is made for: that of one machine, or of any. */
export type DiskFirmware = Firmware | 'both';

export interface PlannedPartition {
  /**
   * `boot`: holds GRUB's core image on a GPT that BIOS boots; `efi`: the EFI system partition;
   * `data`: the encrypted data and configuration, if they are encrypted; `state`: everything else.
   */
  role: 'boot' | 'efi' | 'state' | 'data';
  /** Counts from 1. */
  number: number;
  /** The type as sfdisk writes it: a number of the msdos table, or a GUID. */
  type: string;
  /** MiB from the beginning of the disk. */
  start: number;
  /** MiB; undefined: all remaining space. */
  size: number | undefined;
  /** Marked active, which some BIOSes require. */
  isActive: boolean;
  fileSystem: 'ext4' | 'vfat' | 'crypto_LUKS' | undefined;
  /** The label of the file system. */
  label: string | undefined;
}

export interface PartitionPlan {
  table: 'dos' | 'gpt';
  partitions: readonly PlannedPartition[];
}

/** Bytes: the msdos table counts sectors of 512 bytes in 32 bits. */
const MSDOS_LIMIT = 2 ** 32 * 512;

/**
 * Partition types of a GPT: the GRUB manual, "BIOS installation"; the UEFI specification; the
 * Discoverable Partitions Specification.
 */
export const GUID = {
  boot: '21686148-6449-6E6F-744E-656564454649',
  efi: EFI_PARTITION,
  linux: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
} as const;
const MSDOS_LINUX = '83';

/**
 * MiB: room for the 65,525 clusters that FAT32 has at least, even if a cluster is a sector of 4096
 * bytes.
 */
export const EFI_SIZE = 260;

/**
 * MiB of a state partition without the data: three sets of components, each with the images of k3s,
 * while an upgrade copies the third.
 */
const SYSTEM_SIZE = 3072;

/** Bytes that a disk must have more if the data are encrypted. */
export const SYSTEM_BYTES = SYSTEM_SIZE * 1024 * 1024;

/**
 * Returns the partitions of a disk of `size` bytes: one for everything, and before it what the
 * firmware needs. The last one, which grows with the disk, is that for everything. With `encrypts`
 * it has no data; these are in a partition behind it.
 */
export function planPartitions({
  encrypts = false,
  ...disk
}: {
  firmware: DiskFirmware;
  size: number;
  encrypts?: boolean;
}): PartitionPlan {
  const plan = planPlain(disk);
  if (!encrypts) return plan;
  const state = { ...findPartition(plan, 'state'), size: SYSTEM_SIZE };
  const data: PlannedPartition = {
    ...{ role: 'data', fileSystem: 'crypto_LUKS', label: DATA_LABEL },
    ...{ number: state.number + 1, start: state.start + SYSTEM_SIZE, size: undefined },
    ...{ type: state.type, isActive: false },
  };
  return { ...plan, partitions: [...plan.partitions.filter(({ role }) => role !== 'state'), state, data] };
}

function planPlain({ firmware, size }: { firmware: DiskFirmware; size: number }): PartitionPlan {
  if (firmware === 'both')
    return {
      table: 'gpt',
      partitions: [bootPartition(), efiPartition(2, 2), statePartition(3, 2 + EFI_SIZE)],
    };
  if (firmware === 'efi')
    return { table: 'gpt', partitions: [efiPartition(1, 1), statePartition(2, 1 + EFI_SIZE)] };
  if (size > MSDOS_LIMIT) return { table: 'gpt', partitions: [bootPartition(), statePartition(2, 2)] };
  const state = statePartition(1, 1);
  return { table: 'dos', partitions: [{ ...state, type: MSDOS_LINUX, isActive: true }] };
}

function bootPartition(): PlannedPartition {
  const content = { fileSystem: undefined, label: undefined };
  return { role: 'boot', number: 1, type: GUID.boot, start: 1, size: 1, isActive: false, ...content };
}

function efiPartition(number: number, start: number): PlannedPartition {
  const content = { fileSystem: 'vfat', label: EFI_LABEL } as const;
  return { role: 'efi', number, type: GUID.efi, start, size: EFI_SIZE, isActive: false, ...content };
}

function statePartition(number: number, start: number): PlannedPartition {
  const content = { fileSystem: 'ext4', label: STATE_LABEL } as const;
  return { role: 'state', number, type: GUID.linux, start, size: undefined, isActive: false, ...content };
}

/** Returns each firmware that starts a disk. */
export function listFirmware(firmware: DiskFirmware): readonly Firmware[] {
  return firmware === 'both' ? ['bios', 'efi'] : [firmware];
}

/** Returns a plan as sfdisk(8) reads it from standard input. */
export function renderSfdisk({ table, partitions }: PartitionPlan): string {
  const lines = partitions.map(({ start, size, type, isActive }) =>
    [
      `start=${start}MiB`,
      ...(size === undefined ? [] : [`size=${size}MiB`]),
      `type=${type}`,
      ...(isActive ? ['bootable'] : []),
    ].join(', '),
  );
  return `${[`label: ${table}`, ...lines].join('\n')}\n`;
}

/** Returns the partition with a role. Throws HAOS_INSTALL_NO_PARTITION if the plan has none. */
export function findPartition(
  { partitions }: PartitionPlan,
  role: PlannedPartition['role'],
): PlannedPartition {
  const partition = partitions.find((planned) => planned.role === role);
  if (partition) return partition;
  throw new HaosError<InstallErrorCode>('HAOS_INSTALL_NO_PARTITION', `the plan has no partition for ${role}`);
}

/** Returns the path of a partition of a disk: the kernel puts a `p` between two numbers. */
export function partitionPath(disk: string, number: number): string {
  return `${disk}${/\d$/.test(disk) ? 'p' : ''}${number}`;
}
