import type { Owner } from '../types.js';

/** The owner of what this process makes; root where the platform knows no owners. */
export function processOwner(): Owner {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}
