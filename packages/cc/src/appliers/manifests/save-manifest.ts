import type { Host } from '@haos/host';
import { layout } from '@haos/system';
import { parentOf } from '@haos/system/internal';

/**
 * Writes a manifest to where k3s applies it, as k3s has it: nobody else looks into its server directory. One that is there
 * already is k3s's.
 */
export function saveManifest(path: string, body: Uint8Array | string, { files }: Host): void {
  const directory = parentOf(layout.manifests);
  if (files.stat(directory) === undefined) files.makeDirectory(directory, { mode: 0o700 });
  files.write(path, body, { mode: 0o600 });
}
