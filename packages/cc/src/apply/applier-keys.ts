import { sequence } from './sequence.js';
import { PHASES } from './types.js';

/** Returns the documented keys that an applier reads; none for an unknown name. */
export function applierKeys(name: string): readonly string[] {
  const applier = PHASES.flatMap((phase) => sequence[phase]).find((each) => each.name === name);
  return applier?.keys ?? [];
}
