import type { Context, Invocation } from '../command.js';
import type { ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';

/** The options that `haos config` and its parts read. */
type ConfigInvocation = Invocation<
  'root' | 'format',
  'initrd' | 'boot' | 'install' | 'dump' | 'dump-json' | 'strict' | 'quiet'
>;

/**
 * `haos config`: prints a dump if an option asks for one, else runs a phase. The code that applies
 * a phase is loaded only for a phase, and that for a dump only for a dump.
 */
export async function runConfig(invocation: ConfigInvocation, context: Context): Promise<ExitStatus> {
  if (invocation.has('dump') || invocation.has('dump-json')) {
    const { runDump } = await import('./dump.js');
    return runDump(invocation, context);
  }
  if (invocation.has('strict'))
    throw usageError(
      '--strict works only with --dump and --dump-json',
      'Check first with haos config validate or plan.',
    );
  const { runPhaseCommand } = await import('./run-phase.js');
  return runPhaseCommand(invocation, context);
}
