import { HaosError } from '../errors.js';

/** The kernel takes 64 bytes: gethostname(2). */
const MAX_LENGTH = 64;

/** Throws HAOS_KERNEL_HOSTNAME if this is not a valid host name. */
export function checkHostname(name: string): void {
  if (name.length <= MAX_LENGTH && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return;
  throw new HaosError('HAOS_KERNEL_HOSTNAME', `not a host name: ${JSON.stringify(name)}`, {
    hint: `Use at most ${MAX_LENGTH} letters, digits, hyphens and dots.`,
  });
}
