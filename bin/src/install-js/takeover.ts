import { type TakeoverOptions, type TakeoverReport, takeOver } from '@haos/install';
import { preflightTakeover } from '@haos/install/internal';
import type { Context, Invocation } from '../command.js';
import type { ExitStatus } from '../exit-status.js';
import { refusal } from '../failure.js';
import { printEvents, printInstall } from '../install/print-install.js';

/** `install.js --takeover`: replaces the running distribution with HAOS. */
export async function runTakeover(
  options: Omit<TakeoverOptions, 'confirm'>,
  {
    invocation,
    context,
  }: { invocation: Invocation<'format', 'check' | 'yes' | 'poweroff'>; context: Context },
): Promise<ExitStatus> {
  const isConfirmed = invocation.has('yes');
  const full: TakeoverOptions = {
    ...options,
    powerOff: invocation.has('poweroff'),
    confirm: (target) => {
      if (isConfirmed) context.err(describeTarget(target));
      return isConfirmed;
    },
    onEvent: printEvents(context),
  };
  const isChecking = invocation.has('check');
  const report = isChecking ? await preflightTakeover(full) : await takeOver(full);
  const { status, target, ...found } = report;
  if (target && (isChecking || !isConfirmed)) context.err(describeTarget(target));
  if (target && !isChecking && !isConfirmed) {
    throw refusal('HAOS_DECLINED', 'nothing was written', 'Add --yes to take over the machine.');
  }
  const disk = target?.partition.path ?? options.target.device;
  return printInstall(isChecking ? { ...found, plan: undefined } : { status, ...found, disk }, {
    invocation,
    context,
  });
}

function describeTarget({ partition, deleted }: NonNullable<TakeoverReport['target']>): string {
  const names = [...deleted, '/boot, except /boot/grub and /boot/efi'].map((name) => `  ${name}\n`);
  return `install: the next boot deletes from ${partition.path}:\n${names.join('')}`;
}
