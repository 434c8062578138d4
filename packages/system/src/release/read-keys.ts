import type { Host } from '@haos/host';
import { layout } from '../layout.js';

/** The public keys in PEM that releases may be signed with, from a directory of `*.pem`; none where there is no directory. */
export function readReleaseKeys(host: Host, directory: string = layout.releaseKeys): string[] {
  if (host.files.stat(directory)?.type !== 'directory') return [];
  return host.files
    .list(directory)
    .filter((name) => name.endsWith('.pem'))
    .map((name) => host.files.readText(`${directory}/${name}`, { maxBytes: 65_536 }));
}
