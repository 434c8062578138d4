import type { Context, Invocation } from '../command.js';
import type { ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { runDump } from './dump.js';

/** What `haos config` reads, in its parts as well. */
type ConfigInvocation = Invocation<
  'root' | 'format',
  'initrd' | 'boot' | 'install' | 'dump' | 'dump-json' | 'strict' | 'quiet'
>;

/** `haos config`: a dump when one is asked for, else a phase. What applies a phase is loaded only for that. */
export async function runConfig(invocation: ConfigInvocation, context: Context): Promise<ExitStatus> {
  if (invocation.has('dump') || invocation.has('dump-json')) return runDump(invocation, context);
  if (invocation.has('strict'))
    throw usageError(
      '--strict goes with --dump and --dump-json',
      'check first with haos config validate or plan',
    );
  const { runPhaseCommand } = await import('./run-phase.js');
  return runPhaseCommand(invocation, context);
}
