import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from './options.js';

/** `os/versions.json`: everything that is pinned. */
export interface Versions {
  /** The date of every file in an image; a clock that is behind it is wrong. */
  date: string;
  debian: { suite: string };
  node: { version: string } & Record<Architecture, { package: string; integrity: string }>;
  k3s: { version: string | null } & Record<Architecture, { url: string; sha256: string | null }>;
}

export function readVersions(root: string): Versions {
  return JSON.parse(readFileSync(join(root, 'os', 'versions.json'), 'utf8')) as Versions;
}
