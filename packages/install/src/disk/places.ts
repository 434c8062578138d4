import type { BlockDevice } from '@haos/host/internal';
import { findPartition, type PartitionPlan, partitionPath } from './partitions.js';

/** The devices that an installation writes to. */
export interface Places {
  /** The file system that becomes `HAOS_STATE`. */
  state: string;
  /** The EFI system partition; undefined: none is needed. */
  efi: string | undefined;
  /** Where a BIOS looks for the boot loader; several below an array. */
  disks: readonly string[];
}

/** A layout that somebody made before, and that is kept. */
export interface ExistingLayout extends Places {
  /** A volume group or an array is below the state partition: GRUB reads it, but cannot write to it. */
  isStacked: boolean;
}

/** The places of a plan, once it is carried out. */
export function placesOf(disk: Pick<BlockDevice, 'path'>, plan: PartitionPlan): Places {
  const pathOf = (role: 'state' | 'efi') => partitionPath(disk.path, findPartition(plan, role).number);
  const hasEfi = plan.partitions.some(({ role }) => role === 'efi');
  return { state: pathOf('state'), efi: hasEfi ? pathOf('efi') : undefined, disks: [disk.path] };
}
