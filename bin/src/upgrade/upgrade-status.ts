import { COMPONENTS, SLOTS, type Slot, type UpgradeStatus, upgradeStatus } from '@haos/system';
import { nameSet, readK3sVersion } from '@haos/system/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { openNodeSystem } from './open-node.js';

/** `haos upgrade status`: prints what is installed, what runs and what boots next. */
export async function runUpgradeStatus(
  invocation: Invocation<'destination' | 'format'>,
  context: Context,
): Promise<ExitStatus> {
  const { host, directory } = openNodeSystem(invocation, context);
  const status = upgradeStatus(host, directory);
  const k3s = {
    current: await readK3sVersion(host, directory, status.slots.current.k3s),
    previous: await readK3sVersion(host, directory, status.slots.previous.k3s),
  };
  context.out(
    invocation.text('format') === 'json'
      ? `${JSON.stringify({ ...status, k3s }, null, 2)}\n`
      : formatStatus(status, k3s),
  );
  return EXIT.done;
}

/** Formats the status for people. `k3s`: the versions that the programs report. */
export function formatStatus(
  { slots, running, state, isInterrupted }: UpgradeStatus,
  k3s: Readonly<Partial<Record<Slot, string | undefined>>> = {},
): string {
  const lines = SLOTS.flatMap((slot) => {
    const notes = [
      ...(slot === running ? ['runs'] : []),
      ...(slot === state.slot ? ['boots next'] : []),
      ...(state.trial === nameSet(slots[slot]) ? [`on trial, ${state.tries ?? 0} boots left`] : []),
      ...(state.failed === nameSet(slots[slot]) ? ['failed'] : []),
    ];
    const versions = COMPONENTS.map((component) => {
      const name = slots[slot][component] ?? '-';
      const told = component === 'k3s' ? k3s[slot] : undefined;
      return `  ${component} ${told === undefined || told === name ? name : `${told} (${name})`}`;
    });
    return [`${slot}${notes.length > 0 ? `: ${notes.join(', ')}` : ''}`, ...versions];
  });
  if (isInterrupted) lines.push('an upgrade was interrupted; the next boot completes or undoes it');
  return `${lines.join('\n')}\n`;
}
