import {
  type BootState,
  type ChangeOptions,
  forgetFailure,
  type Host,
  layout,
  markHealthy,
  readSlots,
  rollback,
} from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { openNode } from './open-node.js';

/** Changes what is remembered about the versions. */
interface Change {
  change(host: Host, options: ChangeOptions): Promise<BootState>;
  /** The outcome for people. */
  tell(state: BootState, node: { host: Host; directory: string }): string;
}

/** `haos upgrade rollback`: the other version boots next. */
export function runRollback(invocation: Invocation, context: Context): Promise<ExitStatus> {
  return make(ROLLBACK, invocation, context);
}

/** `haos upgrade forget`: the failed version may be tried again. */
export function runForget(invocation: Invocation, context: Context): Promise<ExitStatus> {
  return make(FORGET, invocation, context);
}

/** `haos upgrade confirm`: what runs works. */
export function runConfirm(invocation: Invocation, context: Context): Promise<ExitStatus> {
  return make(CONFIRM, invocation, context);
}

const ROLLBACK: Change = {
  change: rollback,
  tell({ slot }, { host, directory }) {
    const { haos } = readSlots(host, directory)[slot];
    return `the next boot takes HAOS ${haos} (${slot})`;
  },
};

const FORGET: Change = { change: forgetFailure, tell: () => 'no version is remembered as failed' };

const CONFIRM: Change = {
  change: markHealthy,
  tell: ({ trial }) =>
    trial ? 'the next boot is a trial; what runs now says nothing about it' : 'nothing is on trial',
};

async function make({ change, tell }: Change, invocation: Invocation, context: Context): Promise<ExitStatus> {
  const host = openNode(context);
  const directory = invocation.text('destination') ?? layout.system;
  const state = await change(host, { directory });
  if (invocation.text('format') === 'json') context.out(`${JSON.stringify(state, null, 2)}\n`);
  else context.err(`upgrade: ${tell(state, { host, directory })}\n`);
  return EXIT.done;
}
