import {
  type BootState,
  type ChangeOptions,
  forgetFailure,
  type Host,
  markHealthy,
  rollback,
} from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { openNode } from './open-node.js';

type Change = (host: Host, options: ChangeOptions) => Promise<BootState>;

/** `haos upgrade rollback`: the other slot boots next. */
export async function runRollback(invocation: Invocation, context: Context): Promise<ExitStatus> {
  const { slot } = await change(rollback, invocation, context);
  context.err(`upgrade: the next boot takes the ${slot} version\n`);
  return EXIT.done;
}

/** `haos upgrade forget`: the failed version may be tried again. */
export async function runForget(invocation: Invocation, context: Context): Promise<ExitStatus> {
  await change(forgetFailure, invocation, context);
  context.err('upgrade: no version is remembered as failed\n');
  return EXIT.done;
}

/** `haos upgrade confirm`: what runs works. */
export async function runConfirm(invocation: Invocation, context: Context): Promise<ExitStatus> {
  const { trial } = await change(markHealthy, invocation, context);
  context.err(
    trial
      ? 'upgrade: the next boot is a trial; what runs now says nothing about it\n'
      : 'upgrade: nothing is on trial\n',
  );
  return EXIT.done;
}

function change(make: Change, invocation: Invocation, context: Context): Promise<BootState> {
  const directory = invocation.text('destination');
  return make(openNode(context), directory === undefined ? {} : { directory });
}
