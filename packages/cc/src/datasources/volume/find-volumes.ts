import { type Host, isHaosError } from '@haos/host';
import { openFat } from './fat.js';
import { openIso9660 } from './iso9660.js';
import type { ReadAt, Volume } from './types.js';

const BLOCK = '/sys/class/block';
/** Devices on which nobody delivers anything, or which are slow to say that they are empty. */
const LEFT_OUT = /^(?:loop|ram|zram|fd|nbd)\d/;

/** A volume on a block device, and the device's name. */
export interface FoundVolume extends Volume {
  device: string;
}

/**
 * The ISO and FAT file systems on the block devices of the machine. They are read by us and not mounted: so nothing has to be
 * undone, no driver has to be there, and what a stranger made never reaches the kernel's file systems.
 */
export function findVolumes({ files }: Host): FoundVolume[] {
  if (files.stat(BLOCK)?.type !== 'directory') return [];
  return files
    .list(BLOCK)
    .filter((device) => !LEFT_OUT.test(device))
    .flatMap((device) => {
      const readAt: ReadAt = (offset, length) => files.readAt(`/dev/${device}`, { offset, length });
      try {
        const volume = openIso9660(readAt) ?? openFat(readAt);
        return volume ? [{ ...volume, device }] : [];
      } catch (error) {
        if (!isHaosError(error)) throw error;
        return []; // a drive without a disc, or a device that is gone
      }
    });
}
