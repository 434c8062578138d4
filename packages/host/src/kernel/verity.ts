import type { Host } from '../types.js';

/** A directory for each block device. */
const DEVICES = '/sys/block';

/**
 * The name of the device with the root image, and the UUID that early boot gives it; the UUID ends
 * with the root hash (os/overlay/signed/lib/haos/verity.sh).
 */
const UUID = /^HAOS-VERITY-haos-rootfs-([0-9a-f]{64})$/;

/**
 * Returns the root hash against which the kernel verifies each block of the root image that it
 * reads; undefined if it does not verify it.
 */
export function readRootHash({ files }: Host): string | undefined {
  if (files.stat(DEVICES) === undefined) return undefined;
  return files
    .list(DEVICES)
    .filter((name) => name.startsWith('dm-'))
    .map((name) => UUID.exec(files.readTextIfExists(`${DEVICES}/${name}/dm/uuid`)?.trim() ?? '')?.[1])
    .find((hash) => hash !== undefined);
}
