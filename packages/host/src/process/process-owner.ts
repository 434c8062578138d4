import type { Owner } from '../types.js';

/**
 * Returns the owner of files that this process creates; root on platforms without owners and in
 * browsers.
 */
export function processOwner(): Owner {
  const { process } = globalThis as { process?: NodeJS.Process };
  return { uid: process?.geteuid?.() ?? 0, gid: process?.getegid?.() ?? 0 };
}
