import type { Phase } from '../apply/types.js';
import type { ConfigResult } from '../config.js';
import type { SourceName } from '../issue.js';
import { keyPointerOf } from '../merge/provenance.js';
import { definitionAt, documentedKey, pointerSegments } from '../model/pointer.js';
import type { Finding } from './rule.js';

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
export function checkPhases({ provenance }: Pick<ConfigResult, 'provenance'>): Finding[] {
  const sources = provenance.sources.filter((source) => source !== 'input' && AVAILABLE[source]);
  const keys = new Set(sources.length === 0 ? [] : provenance.leaves().map(keyPointerOf));
  return [...keys].flatMap((pointer) => {
    // Looking up where a value came from takes longer than this.
    if (!sources.some((source) => isTooLate(source, pointer))) return [];
    const source = provenance.origins(pointer)[0]?.source;
    if (source === undefined || !isTooLate(source, pointer)) return [];
    return [
      {
        code: 'no-effect',
        severity: 'warning',
        pointer,
        message: `${documentedKey(pointer)} has no effect here: ${source} is read too late for it`,
        hint: 'Move it to /haos/system/config.yaml or to the kernel command line.',
      },
    ];
  });
}

/** Returns whether a source is read after all phases of a key. */
function isTooLate(source: SourceName, pointer: string): boolean {
  const available = source === 'input' ? undefined : AVAILABLE[source];
  if (available === undefined) return false;
  if (pointerSegments(pointer)[1] === 'install') return true;
  const phases = definitionAt(pointer).phases ?? [];
  return phases.length > 0 && !phases.some((phase) => available.includes(phase));
}
