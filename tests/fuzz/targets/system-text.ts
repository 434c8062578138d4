import assert from 'node:assert/strict';
import { isHaosError } from '@haos/host';
import { utf8 } from '@haos/host/internal';
import { parseChecksums } from '@haos/system/internal';
import { parseBlockDevices } from '../../../packages/host/src/block.js';
import { mountOf, parseMounts } from '../../../packages/host/src/mounts/mounts.js';

/** Texts of the kernel, of other programs, and of a release. */
export function fuzz(data: Uint8Array): void {
  const text = utf8(data);
  mountOf(parseMounts(text), '/var/lib/rancher');
  for (const digest of parseChecksums(text).values()) assert.match(digest, /^[0-9a-f]{64}$/);
  try {
    parseBlockDevices(text);
  } catch (error) {
    if (!isHaosError(error, 'HAOS_BLOCK_UNKNOWN')) throw error;
  }
}
