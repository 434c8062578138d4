import { type Host, isHaosError } from '@haos/host';
import { openFat } from './fat.js';
import { openIso9660 } from './iso9660.js';
import type { ReadAt, Volume } from './types.js';

const BLOCK = '/sys/class/block';
/** Devices that never hold data for the node, or that take long to report that they are empty. */
const LEFT_OUT = /^(?:loop|ram|zram|fd|nbd)\d/;

/** A volume, and the name of its block device. */
export interface FoundVolume extends Volume {
  device: string;
}

/**
 * Finds the ISO and FAT file systems on the block devices of the machine. HAOS reads them itself
 * instead of mounting them: it needs no clean-up and no driver, and an untrusted file system never
 * reaches the kernel.
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
        return []; // a drive without a disc, or a device that was removed
      }
    });
}
