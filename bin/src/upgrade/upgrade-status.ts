import { COMPONENTS, layout, nameSet, SLOTS, type UpgradeStatus, upgradeStatus } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { openNode } from './open-node.js';

/** `haos upgrade status`: what is installed, what runs, what boots next. */
export async function runUpgradeStatus(invocation: Invocation, context: Context): Promise<ExitStatus> {
  const status = upgradeStatus(openNode(context), invocation.text('destination') ?? layout.system);
  context.out(
    invocation.text('format') === 'json' ? `${JSON.stringify(status, null, 2)}\n` : formatStatus(status),
  );
  return EXIT.done;
}

/** The status for people. */
export function formatStatus({ slots, running, state, isInterrupted }: UpgradeStatus): string {
  const lines = SLOTS.flatMap((slot) => {
    const notes = [
      ...(slot === running ? ['runs'] : []),
      ...(slot === state.slot ? ['boots next'] : []),
      ...(state.trial === nameSet(slots[slot]) ? [`on trial, ${state.tries ?? 0} boots left`] : []),
      ...(state.failed === nameSet(slots[slot]) ? ['failed'] : []),
    ];
    const versions = COMPONENTS.map((component) => `  ${component} ${slots[slot][component] ?? '-'}`);
    return [`${slot}${notes.length > 0 ? `: ${notes.join(', ')}` : ''}`, ...versions];
  });
  if (isInterrupted) lines.push('an upgrade was interrupted; the next boot completes or undoes it');
  return `${lines.join('\n')}\n`;
}
