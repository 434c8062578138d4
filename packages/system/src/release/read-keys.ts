import type { Host } from '@haos/host';
import { layout } from '../layout.js';

/**
 * Reads the public keys in PEM that may sign releases, from a directory of `*.pem`; an empty list
 * if the directory does not exist.
 */
export function readReleaseKeys(host: Host, directory: string = layout.releaseKeys): string[] {
  if (host.files.stat(directory)?.type !== 'directory') return [];
  return host.files
    .list(directory)
    .filter((name) => name.endsWith('.pem'))
    .map((name) => host.files.readText(`${directory}/${name}`, { maxBytes: 65_536 }));
}
