import { HaosError } from '../errors.js';
import type { openHttpPool as OpenHttpPool } from '../http/http-pool.js';
import type { liveHost as LiveHost } from '../live.js';
import type { rootedHost as RootedHost } from '../rooted.js';
import type * as node from './node.js';

/*
 * The names of `node.ts`, and the hosts of a machine, for browsers: bundlers take this module by
 * the condition `browser` of package.json. What a browser cannot do throws HAOS_NEEDS_NODE.
 */

export const liveHost: typeof LiveHost = () => {
  throw needsNode('liveHost');
};

export const rootedHost: typeof RootedHost = () => {
  throw needsNode('rootedHost');
};

/** Browsers refuse what follows the first member. */
export const gunzip: typeof node.gunzip = async (bytes, maxBytes) => {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
      size += next.value.length;
      if (size <= maxBytes) continue;
      await reader.cancel();
      return 'too-large';
    }
  } catch {
    return 'damaged';
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
};

export const cryptPassword: typeof node.cryptPassword = async () => {
  throw needsNode('hashing a password', 'Give haos.password in crypt form, as `openssl passwd -6` makes it.');
};

export const isSignedBy: typeof node.isSignedBy = async () => {
  throw needsNode('verifying a signature');
};

export const openHttpPool: typeof OpenHttpPool = async () => {
  throw needsNode('connecting to a server');
};

export const readCertificateSubject: typeof node.readCertificateSubject = async () => {
  throw needsNode('reading a certificate');
};

function needsNode(what: string, hint = 'Use Node, or plan on memoryHost().'): HaosError {
  return new HaosError('HAOS_NEEDS_NODE', `${what} needs Node and does not work in a browser`, { hint });
}
