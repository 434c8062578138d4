import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHITECTURES, type Architecture } from './architecture.js';
import { BuildFailure } from './failure.js';

/** `os/versions.json`: everything that is pinned. */
export interface Versions {
  /** The date of every file in an image; a clock before it is wrong. */
  date: string;
  debian: { suite: string };
  node: { version: string } & Record<Architecture, { package: string; integrity: string }>;
  k3s: K3sPins;
}

/** The release of k3s that images carry. */
export type K3sPins = {
  version: string;
  /** URL below which each release has a directory named after its version. */
  releases: string;
} & Record<Architecture, K3sFiles>;

/** The files of a k3s release for one architecture. */
export interface K3sFiles {
  program: PinnedFile;
  /** The images of k3s's own pods, in one archive. */
  images: PinnedFile;
}

export interface PinnedFile {
  /** The name under which the release publishes the file. */
  name: string;
  /** Lower-case hex. */
  sha256: string;
  /** Bytes. */
  size: number;
}

/**
 * Returns the pins of a repository. Throws a BuildFailure that names every missing or malformed
 * value.
 */
export function readVersions(root: string): Versions {
  return parseVersions(readFileSync(join(root, 'os/versions.json'), 'utf8'));
}

/** Like `readVersions`, for a text. */
export function parseVersions(text: string): Versions {
  const versions: unknown = JSON.parse(text);
  const wrong = FORMATS.filter(([path, format]) => !hasFormat(valueAt(versions, path), format));
  if (wrong.length > 0) {
    const lines = wrong.map(
      ([path, format]) => `  ${path}: ${format === 'size' ? 'a number of bytes' : format.source} is expected`,
    );
    throw new BuildFailure(`os/versions.json has malformed values:\n${lines.join('\n')}`);
  }
  return versions as Versions;
}

/**
 * The form of a k3s release name, which is also the name of the component directory and of a git
 * tag.
 */
export const K3S_VERSION = /^v\d+\.\d+\.\d+(-[a-z0-9.]+)?\+k3s\d+$/;

type Format = RegExp | 'size';

/** The format of each value. */
const FORMATS: readonly (readonly [path: string, format: Format])[] = [
  ['date', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
  ['debian.suite', /^[a-z]+$/],
  ['node.version', /^\d+\.\d+\.\d+$/],
  ['k3s.version', K3S_VERSION],
  ['k3s.releases', /^https?:\/\/\S*[^/\s]$/],
  ...ARCHITECTURES.flatMap((architecture): [string, Format][] => [
    [`node.${architecture}.package`, /^node-linux-[a-z0-9]+$/],
    [`node.${architecture}.integrity`, /^sha512-[A-Za-z0-9+/]{86}==$/],
    ...['program', 'images'].flatMap((part): [string, Format][] => [
      [`k3s.${architecture}.${part}.name`, /^[a-z0-9][a-z0-9.-]*$/],
      [`k3s.${architecture}.${part}.sha256`, /^[0-9a-f]{64}$/],
      [`k3s.${architecture}.${part}.size`, 'size'],
    ]),
  ]),
];

function hasFormat(value: unknown, format: Format): boolean {
  if (format === 'size') return Number.isSafeInteger(value) && Number(value) > 0;
  return typeof value === 'string' && format.test(value);
}

function valueAt(value: unknown, path: string): unknown {
  let found: unknown = value;
  for (const key of path.split('.')) found = (found as Record<string, unknown> | null | undefined)?.[key];
  return found;
}
