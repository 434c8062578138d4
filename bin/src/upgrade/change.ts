import { type Host, isHaosError } from '@haos/host';
import { awaitNode, type ChangeOptions, layout, readSlots, rollback } from '@haos/system';
import {
  type BootState,
  forgetFailure,
  isBelowFloor,
  markHealthy,
  raiseFloor,
  uncordonNode,
} from '@haos/system/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure, usageError } from '../failure.js';
import { openNodeSystem } from './open-node.js';

type ChangeInvocation = Invocation<'destination' | 'format'>;

/** A change to what HAOS remembers about the versions. */
interface Change {
  change(host: Host, options: ChangeOptions): Promise<BootState>;
  /** Returns the result for people. */
  tell(state: BootState, node: { host: Host; directory: string }): string;
}

/** `haos upgrade rollback`: makes the other version boot next. */
export function runRollback(invocation: ChangeInvocation, context: Context): Promise<ExitStatus> {
  return make(ROLLBACK, invocation, context);
}

/** `haos upgrade forget`: allows the failed version again. */
export function runForget(invocation: ChangeInvocation, context: Context): Promise<ExitStatus> {
  return make(FORGET, invocation, context);
}

/**
 * `haos upgrade confirm`: ends the trial, raises the floor of the TPM, and uncordons a node that
 * the upgrade drained.
 */
export async function runConfirm(
  invocation: Invocation<'when-ready' | 'destination' | 'format'>,
  context: Context,
): Promise<ExitStatus> {
  const seconds = readSeconds(invocation.text('when-ready'));
  const { host, directory } = openNodeSystem(invocation, context);
  if (seconds !== undefined) {
    const { isReady, reason, kubelet } = await awaitNode(host, { timeout: seconds * 1000 });
    if (!isReady)
      throw new CommandFailure(
        EXIT.failed,
        `the node is not Ready: ${reason ?? `the kubelet is ${kubelet}`}`,
      );
  }
  const status = await make(CONFIRM, invocation, context);
  // Only the node itself has its TPM.
  if (directory === layout.system) await raise(host, context);
  return (await letPodsBack(host, context)) ? status : EXIT.failedSteps;
}

/** Without it, the next boot tries again: the version is confirmed, whatever the TPM does. */
async function raise(host: Host, context: Context): Promise<void> {
  try {
    await raiseFloor(host);
  } catch (error) {
    if (!isHaosError(error)) throw error;
    context.err(`upgrade: the TPM still opens the data for earlier versions: ${error.message}\n`);
  }
}

/**
 * Uncordons the node; returns whether that succeeded. If the API does not answer, that says nothing
 * about the version.
 */
async function letPodsBack(host: Host, context: Context): Promise<boolean> {
  try {
    if (await uncordonNode(host)) context.err('upgrade: pods may start on this node again\n');
    return true;
  } catch (error) {
    if (!isHaosError(error)) throw error;
    context.err(`upgrade: the node stays cordoned: ${error.message}\n`);
    return false;
  }
}

function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text)) throw usageError(`${text} is not a number of seconds`);
  return Number(text);
}

const ROLLBACK: Change = {
  change: rollback,
  tell({ slot }, { host, directory }) {
    const set = readSlots(host, directory)[slot];
    const asks = isBelowFloor(host, directory, set)
      ? '; it is below the floor of the TPM, so the console will ask for the passphrase'
      : '';
    return `the next boot starts HAOS ${set.haos} (${slot})${asks}`;
  },
};

const FORGET: Change = { change: forgetFailure, tell: () => 'no version is marked as failed' };

const CONFIRM: Change = {
  change: markHealthy,
  tell: ({ trial }) =>
    trial
      ? 'another version is on trial at the next boot; the running one cannot confirm it'
      : 'no version is on trial',
};

async function make(
  { change, tell }: Change,
  invocation: ChangeInvocation,
  context: Context,
): Promise<ExitStatus> {
  const { host, directory } = openNodeSystem(invocation, context);
  const state = await change(host, { directory });
  if (invocation.text('format') === 'json') context.out(`${JSON.stringify(state, null, 2)}\n`);
  else context.err(`upgrade: ${tell(state, { host, directory })}\n`);
  return EXIT.done;
}
