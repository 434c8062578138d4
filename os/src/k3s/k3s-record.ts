import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type K3sFile, type K3sParts, nameK3s } from './k3s-parts.js';

/** The file beside the program that identifies this k3s. */
export const RECORD = 'k3s.json';

/** The content of the record. */
export interface K3sRecord {
  /** Of the component: `/haos/system/k3s/<name>`. */
  name: string;
  /** As the program prints it. */
  version: string;
  program: K3sRecordFile;
  /** The images that k3s imports when it starts; undefined if the image has none. */
  images?: K3sRecordFile;
}

export interface K3sRecordFile {
  /** Relative to the record. */
  path: string;
  sha256: string;
  /** Bytes. */
  size: number;
  /** `pinned` by the release of HAOS, or `given` to its builder by hand. */
  origin: 'pinned' | 'given';
}

export function describeK3s(parts: K3sParts): K3sRecord {
  const { version, program, images } = parts;
  return {
    name: nameK3s(parts),
    version,
    program: describeFile('k3s', program),
    ...(images && { images: describeFile(`images/${images.name}`, images) }),
  };
}

function describeFile(path: string, { sha256, size, isPinned }: K3sFile): K3sRecordFile {
  return { path, sha256, size, origin: isPinned ? 'pinned' : 'given' };
}

/** Returns the record in a directory; undefined if the image has no k3s. */
export function readK3sRecord(directory: string): K3sRecord | undefined {
  const path = join(directory, RECORD);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as K3sRecord) : undefined;
}
