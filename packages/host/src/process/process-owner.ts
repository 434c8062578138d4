import type { Owner } from '../types.js';

/** Returns the owner of files that this process creates; root on platforms without owners. */
export function processOwner(): Owner {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}
