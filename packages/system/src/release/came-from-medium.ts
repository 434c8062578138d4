import type { Host } from '@haos/host';
import { mountAt, readMounts } from '@haos/host/internal';

/**
 * Returns whether the running HAOS was booted from an ISO or a USB stick, which is then the image
 * to install. After a network boot the image is in memory.
 */
export function cameFromMedium(host: Host): boolean {
  const base = mountAt(readMounts(host), '/.base');
  return base !== undefined && base.type !== 'tmpfs';
}
