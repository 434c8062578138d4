import { type DataReset, readDataReset, setDataReset } from '@haos/system/internal';
import { isConfirmed } from '../ask-person.js';
import type { Context, Invocation } from '../command.js';
import { openHost } from '../config/host.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { refusal, usageError } from '../failure.js';

/**
 * `haos reset`: makes the next boot remove the persistent data, once or at every boot from then on.
 */
export async function runReset(
  invocation: Invocation<'root' | 'format', 'ephemeral' | 'cancel' | 'yes' | 'reboot'>,
  context: Context,
): Promise<ExitStatus> {
  const wanted = wantedReset(invocation);
  const host = openHost(invocation, context);
  const before = readDataReset(host);
  const isDangerous = wanted !== 'never' && wanted !== before;
  if (isDangerous && !invocation.has('yes') && !(await isConfirmed(context, questionAbout(wanted))))
    throw refusal('HAOS_DECLINED', 'nothing was reset', 'Answer yes, or add --yes.');
  await setDataReset(host, wanted);
  if (invocation.text('format') === 'json') context.out(`${JSON.stringify({ reset: wanted }, null, 2)}\n`);
  else context.err(`reset: ${OUTCOMES[wanted]}\n`);
  if (invocation.has('reboot')) await host.run('reboot', []);
  return EXIT.done;
}

function wantedReset(
  invocation: Invocation<'root' | 'format', 'ephemeral' | 'cancel' | 'yes' | 'reboot'>,
): DataReset {
  if (invocation.has('ephemeral') && invocation.has('cancel'))
    throw usageError('--ephemeral and --cancel cannot be used together');
  if (invocation.has('cancel')) return 'never';
  return invocation.has('ephemeral') ? 'always' : 'once';
}

const OUTCOMES: Readonly<Record<DataReset, string>> = {
  once: 'the next boot removes all data; until then haos reset --cancel cancels it',
  always: 'every boot from the next one on removes all data except the local configuration and the identity',
  never: 'no boot removes the data',
};

const LOSSES: Readonly<Record<'once' | 'always', string>> = {
  once: 'The next boot removes /var, /home and /opt: workloads, volumes, local configuration, host keys, node password.',
  always:
    'Every boot will remove /var, /home and /opt: workloads and volumes; local configuration and identity stay.',
};

function questionAbout(wanted: 'once' | 'always') {
  const consequences = `${LOSSES[wanted]}\nThe system configuration stays.`;
  return { name: 'reset', consequences };
}
