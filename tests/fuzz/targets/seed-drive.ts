import assert from 'node:assert/strict';
import { openFat } from '../../../packages/cc/src/datasources/volume/fat.js';
import { openIso9660 } from '../../../packages/cc/src/datasources/volume/iso9660.js';
import type { ReadAt } from '../../../packages/cc/src/datasources/volume/types.js';

/** An ISO begins with 16 sectors that are not read. */
const ISO_START = 32_768;
const MAX_DOCUMENT = 1024 * 1024;
const PATHS = ['user-data', 'meta-data', 'openstack/latest/user_data'];

/** A drive with a file system: a FAT, or an ISO from its first descriptor. */
export function fuzz(data: Uint8Array): void {
  for (const volume of [openFat(reader(data, 0)), openIso9660(reader(data, ISO_START))]) {
    for (const path of PATHS) assert.ok((volume?.read(path)?.length ?? 0) <= MAX_DOCUMENT);
  }
}

function reader(data: Uint8Array, start: number): ReadAt {
  return (offset, length) => data.subarray(Math.max(offset - start, 0), Math.max(offset - start + length, 0));
}
