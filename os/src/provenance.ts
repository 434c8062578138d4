import { execFileSync } from 'node:child_process';
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '@haos/system/internal';
import type { Artifact } from './artifacts.js';
import { digestFile, sha256 } from './digest.js';
import { nameK3s } from './k3s/k3s-parts.js';
import type { Options } from './options.js';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
/** What decides the content of an image, beside the sources. */
const LOCKED = ['package-lock.json', 'os/versions.json'];

/** Returns the name of the file that says from what, and how, a release was built. */
export function provenanceName(architecture: string): string {
  return `haos-provenance-${architecture}.intoto.jsonl`;
}

/**
 * Returns the provenance of a release (in-toto Statement v1, SLSA Provenance v1). It has no time
 * and no name of a machine, so that the same sources give the same bytes.
 */
export function describeProvenance(root: string, artifacts: readonly Artifact[], options: Options): object {
  const { architecture, kernels, version, imageName, images = [], k3s } = options;
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: artifacts.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `${PROJECT.documentation}/releases.md#provenance`,
        externalParameters: {
          ...{ architecture, kernels, version, imageName, images },
          ...(k3s && { k3s: nameK3s(k3s) }),
        },
        resolvedDependencies: [...readCommit(root), ...LOCKED.map((path) => describeFile(root, path))],
      },
      runDetails: { builder: { id: `${PROJECT.documentation}/building.md` } },
    },
  };
}

/** Returns an empty list if the sources are not a git repository, as in a tarball. */
function readCommit(root: string): object[] {
  if (!existsSync(join(root, '.git'))) return [];
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
  const digest = { gitCommit: git('rev-parse', 'HEAD') };
  return [{ uri: `git+${PROJECT.repository}`, digest, ...(isChanged && { annotations: { changed: true } }) }];
}

function describeFile(root: string, path: string): object {
  return { name: path, digest: { sha256: digestFile(join(root, path)) } };
}

/** Returns a statement in a signed envelope (DSSE 1.0), as one line. */
export function signStatement(statement: object, key: KeyObject): string {
  const payload = Buffer.from(JSON.stringify(statement));
  const signature = sign(null, encodeForSigning(payload), key);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return `${JSON.stringify({
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: [{ keyid: sha256(publicKey), sig: signature.toString('base64') }],
  })}\n`;
}

/** Returns what is signed: "PAE" of DSSE. */
function encodeForSigning(payload: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `),
    payload,
  ]);
}
