import type { Phase } from '../apply/types.js';
import type { ConfigResult } from '../config.js';
import { configDefinition } from '../generated/keys.js';
import type { SourceName } from '../issue.js';
import { isTree } from '../merge/merge.js';
import type { KeyDefinition } from '../model/key.js';
import { namesOf } from '../model/names.js';
import type { Tree } from '../model/normalise.js';
import { documentedKey } from '../model/pointer.js';
import { type Finding, noEffect } from './rule.js';

/**
 * The phases in which a source can be read: the persistent disk is not yet mounted in the initrd,
 * and user data needs the network.
 */
const AVAILABLE: Partial<Record<SourceName, readonly Phase[]>> = {
  local: ['boot', 'runtime'],
  'config.d': ['boot', 'runtime'],
  metadata: ['runtime'],
  userdata: ['runtime'],
};

/** Reports keys whose source is only read after all of their phases. */
export function checkPhases({ config, provenance }: Pick<ConfigResult, 'config' | 'provenance'>): Finding[] {
  const sources = provenance.sources.filter((source) => AVAILABLE[source]);
  if (sources.length === 0) return [];
  return keysIn(config as Tree, configDefinition).flatMap(({ pointer, phases }) => {
    if (!sources.some((source) => isTooLate(source, phases))) return [];
    const source = provenance.winner(pointer);
    if (source === undefined || !isTooLate(source, phases)) return [];
    return noEffect(
      pointer,
      `${documentedKey(pointer)} has no effect here: ${source} is read too late for it`,
      'Move it to /haos/system/config.yaml or to the kernel command line.',
    );
  });
}

/** Returns the keys of a configuration, except sections, with the phases in which they count. */
function keysIn(
  tree: Tree,
  section: KeyDefinition,
  prefix = '',
): { pointer: string; phases: readonly Phase[] }[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const key = namesOf(section).byName.get(name);
    if (key === undefined) return [];
    const pointer = `${prefix}/${name}`;
    if (key.kind === 'section') return isTree(value) ? keysIn(value, key, pointer) : [];
    return [{ pointer, phases: key.phases ?? [] }];
  });
}

/** Returns whether a source is read after all phases of a key, or after the installer. */
function isTooLate(source: SourceName, phases: readonly Phase[]): boolean {
  const available = AVAILABLE[source];
  return available !== undefined && !phases.some((phase) => available.includes(phase));
}
