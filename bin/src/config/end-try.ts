import { confirmTry, revertTry } from '@haos/cc/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { formatJson } from '../format-json.js';
import { openHost } from './host.js';
import { printPhase, printSteps, withoutContents } from './run-phase.js';

/** `haos config confirm`: keeps a file that is on trial. */
export async function runConfirm(
  invocation: Invocation<'root' | 'format'>,
  context: Context,
): Promise<ExitStatus> {
  const { name, state } = await confirmTry(openHost(invocation, context));
  context.err(`config.d/${name} confirmed\n`);
  if (invocation.text('format') === 'json') context.out(formatJson({ name, state }));
  return EXIT.done;
}

/** `haos config revert`: restores the file before a trial, and applies it. */
export async function runRevert(
  invocation: Invocation<'root' | 'format', 'expired'>,
  context: Context,
): Promise<ExitStatus> {
  const host = openHost(invocation, context);
  const isJson = invocation.text('format') === 'json';
  const expired = invocation.has('expired');
  const reverted = await printSteps(context, expired, (progress) =>
    revertTry({ host, expired, ...progress }),
  );
  if (reverted === undefined) {
    if (isJson) context.out(formatJson({ name: null, state: null }));
    return EXIT.done;
  }
  const { trial, result, isRebooting } = reverted;
  const { name, state, needBoot } = trial;
  if (result) await printPhase(result, { context, isQuiet: expired });
  context.err(`config.d/${name} reverted\n`);
  if (isRebooting) context.err('the node reboots, which completes it\n');
  else if (needBoot.length > 0) context.err(`only the next boot completes: ${needBoot.join(', ')}\n`);
  if (isJson)
    context.out(formatJson({ name, state, needBoot, ...(result && { phase: withoutContents(result) }) }));
  return result?.exitStatus ?? EXIT.done;
}
