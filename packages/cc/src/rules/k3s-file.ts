import { REMOVED_FLANNEL_BACKENDS, REMOVED_K3S_FLAGS } from './removed-k3s-flags.js';
import { type Finding, finding } from './rule.js';

/**
 * k3s's own configuration file, and those of the directory beside it (docs.k3s.io, "Configuration
 * File").
 */
const PATH = /^\/etc\/rancher\/k3s\/config\.yaml(?:\.d\/[^/]+\.ya?ml)?$/;

/** Whether k3s reads a file at this path as its configuration. */
export function isK3sFile(path: string): boolean {
  return path.startsWith('/etc/rancher/') && PATH.test(path);
}

/** One key at the start of a line, and a scalar behind it. */
export const K3S_FILE_KEY = /^(["']?)([a-z0-9-]+)\1:[ \t]*(["']?)([\w-]*)\3/gm;

/**
 * Flags and back ends in a configuration file of k3s that the pinned release does not have any
 * more.
 */
export function checkK3sFile(
  { path = '', content = '' }: { path?: string; content?: string },
  pointer: string,
): Finding[] {
  if (!isK3sFile(path)) return [];
  return [...content.matchAll(K3S_FILE_KEY)].flatMap(([, , name = '', , value = '']) => {
    const removed = REMOVED_K3S_FLAGS.get(name);
    if (removed)
      return old(pointer, `k3s does not have the flag ${name} any more`, removed.hint.replaceAll('--', ''));
    if (name !== 'flannel-backend' || !REMOVED_FLANNEL_BACKENDS.includes(value)) return [];
    return old(
      pointer,
      `k3s does not have the flannel backend ${value} any more`,
      'Write flannel-backend: wireguard-native on every server.',
    );
  });
}

function old(pointer: string, message: string, hint: string): Finding[] {
  return finding('invalid-k3s-args', `${pointer}/content`, message, hint, { severity: 'warning' });
}
