import type { BlockDevice } from '@haos/host/internal';
import type { BootEntry } from '@haos/system/internal';
import { findPartition, type PartitionPlan, partitionPath } from './partitions.js';

/** The devices that an installation writes to. */
export interface Places {
  /** The file system that becomes `HAOS_STATE`. */
  state: string;
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
  const pathOf = (role: 'state' | 'efi') => partitionPath(disk.path, findPartition(plan, role).number);
  const hasEfi = plan.partitions.some(({ role }) => role === 'efi');
  return { state: pathOf('state'), efi: hasEfi ? pathOf('efi') : undefined, disks: [disk.path] };
}
