import type { Phase } from '@haos/cc';
import type { Invocation } from '../command.js';
import { usageError } from '../failure.js';

/** Returns the phase that an option names; runtime without one. */
export function phaseOf(invocation: Invocation<never, 'initrd' | 'boot' | 'install'>): Phase {
  const [phase = 'runtime', other] = (['initrd', 'boot', 'install'] as const).filter((name) =>
    invocation.has(name),
  );
  if (other) throw usageError(`--${phase} and --${other} cannot be used together`);
  return phase;
}
