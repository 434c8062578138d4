import type { Host } from '@haos/host';
import { parentOf } from '@haos/host/internal';
import { layout } from '@haos/system';

/**
 * Writes a manifest to the directory that k3s applies, with the permissions that k3s uses: only
 * root reads its server directory. If the directory exists, it stays as k3s created it.
 */
export function saveManifest(path: string, body: Uint8Array | string, { files }: Host): void {
  const directory = parentOf(layout.manifests);
  if (files.stat(directory) === undefined) files.makeDirectory(directory, { mode: 0o700 });
  files.write(path, body, { mode: 0o600 });
}
