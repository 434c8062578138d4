import type { BlockDevice } from '@haos/host/internal';
import type { BootEntry } from '@haos/system/internal';
import { findPartition, type PartitionPlan, partitionPath } from './partitions.js';

/** The devices that an installation writes to. */
export interface Places {
  /** The file system that becomes `HAOS_STATE`. */
  state: string;
  /** The partition with the encrypted data; undefined: the data are in the state partition. */
  data?: string | undefined;
  /** The EFI system partition; undefined: not needed. */
  efi: string | undefined;
  /** The disks on which a BIOS looks for the boot loader; several below an array. */
  disks: readonly string[];
}

/** An existing layout, which is kept. */
export interface ExistingLayout extends Places {
  /** Whether the state partition is on LVM or RAID: GRUB reads these, but cannot write to them. */
  isStacked: boolean;
  /** The boot images of HAOS on the EFI system partition. */
  entries: readonly BootEntry[];
  /** The free bytes there; undefined without an EFI system partition. */
  efiRoom: number | undefined;
}

/** Returns the devices of a plan after it was carried out. */
export function placesOf(disk: Pick<BlockDevice, 'path'>, plan: PartitionPlan): Places {
  const pathOf = (role: 'efi' | 'data') => {
    const planned = plan.partitions.find((partition) => partition.role === role);
    return planned && partitionPath(disk.path, planned.number);
  };
  const state = partitionPath(disk.path, findPartition(plan, 'state').number);
  const data = pathOf('data');
  return { state, ...(data && { data }), efi: pathOf('efi'), disks: [disk.path] };
}
