import assert from 'node:assert/strict';
import { isHaosError } from '@haos/host';
import { type BootState, formatBootState, parseBootState } from '@haos/system/internal';

/** GRUB's environment block. A state that fits is read back as it was written. */
export function fuzz(data: Uint8Array): void {
  const state = parseBootState(data);
  const block = write(state, data);
  if (block !== undefined) assert.deepEqual(parseBootState(block), state);
}

function write(state: BootState, block: Uint8Array): Uint8Array | undefined {
  try {
    return formatBootState(state, block);
  } catch (error) {
    if (isHaosError(error, 'HAOS_UPGRADE_GRUB_ENV')) return undefined;
    throw error;
  }
}
