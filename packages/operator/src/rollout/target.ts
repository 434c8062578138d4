import type { NodePart } from '../objects/node-parts.js';
import type { RolloutTarget } from '../objects/rollout.js';

/** Returns the name of a configuration as the target of a rollout. */
export function configTarget({ name, hash }: Pick<NodePart, 'name' | 'hash'>): string {
  return `config/${name}@${hash}`;
}

/** Returns the name of a version as the target of a rollout. */
export function versionTarget({ version }: RolloutTarget): string {
  return `version/${version}`;
}

/** Returns the NodeConfig and the hash of a target; undefined of a version. */
export function parseConfigTarget(target: string): { name: string; hash: string } | undefined {
  const match = /^config\/(.*)@([^@]*)$/.exec(target);
  return match === null ? undefined : { name: match[1] ?? '', hash: match[2] ?? '' };
}
