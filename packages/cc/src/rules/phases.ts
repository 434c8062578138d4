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
  if (!provenance.sources.some((source) => source !== 'input' && AVAILABLE[source])) return [];
  const keys = new Set(provenance.leaves().map(keyPointerOf));
  return [...keys].flatMap((pointer) => {
    const source = provenance.origins(pointer)[0]?.source;
    const available = source && source !== 'input' ? AVAILABLE[source] : undefined;
    if (!available) return [];
    const isInstall = pointerSegments(pointer)[1] === 'install';
    const phases = definitionAt(pointer).phases ?? [];
    if (!isInstall && (phases.length === 0 || phases.some((phase) => available.includes(phase)))) return [];
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
