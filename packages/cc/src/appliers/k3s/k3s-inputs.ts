import type { Host } from '@haos/host';
import { parentOf, sha256 } from '@haos/host/internal';
import { normalisePath } from '../files/normalise-path.js';
import { k3sPaths } from './k3s-service.js';

/** Returns a SHA-256 digest over everything that takes effect when k3s restarts. */
export async function digestInputs(host: Host, binary: string): Promise<string> {
  const paths = [k3sPaths.service, k3sPaths.startScript, k3sPaths.environment, ...ownConfigFiles(host)];
  const texts = paths.map((path) => `${path}\0${host.files.readTextIfExists(path) ?? ''}\0`);
  return sha256(new TextEncoder().encode(texts.join('') + identityOf(host, binary)));
}

/** Returns the files that k3s reads when it starts: those of the user and that of HAOS. */
function ownConfigFiles({ files }: Host): string[] {
  const directory = k3sPaths.configDirectory;
  const names = files.stat(directory)?.type === 'directory' ? files.list(directory) : [];
  const dropIns = names.filter((name) => /\.ya?ml$/i.test(name)).map((name) => `${directory}/${name}`);
  return [k3sPaths.ownConfig, ...dropIns].filter((path) => files.stat(path)?.type === 'file');
}

/**
 * Returns whether the k3s at a path reads `config.yaml.d` (since k3s 1.21), judging by the version
 * in its path. True if the path has no version.
 */
export function readsDropIns(host: Host, binary: string): boolean {
  const minor = /\/v1\.(\d+)\.\d/.exec(identityOf(host, binary))?.[1];
  return minor === undefined || Number(minor) >= 21;
}

/**
 * Returns where the links of the binary lead, and where the directory there links to:
 * `/haos/system/k3s/current` names a version.
 */
function identityOf(host: Host, binary: string): string {
  let target = binary;
  for (let next: string | undefined = binary; next !== undefined; next = linkTarget(host, next))
    target = next;
  const version = linkTarget(host, parentOf(target)) ?? '';
  return `${target}\0${version}\0${host.files.stat(binary)?.size ?? 0}`;
}

function linkTarget(host: Host, path: string): string | undefined {
  if (host.files.lstat(path)?.type !== 'symlink') return undefined;
  const target = host.files.readLink(path);
  return normalisePath(target.startsWith('/') ? target : `${parentOf(path)}/${target}`);
}
