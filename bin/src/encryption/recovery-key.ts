import { plainTerminal } from '@haos/questions';
import { confirmRecoveryKey, makeRecoveryKey } from '@haos/system/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { openNode } from '../upgrade/open-node.js';

/** `haos encryption recovery-key`: makes a recovery key and shows it once. */
export async function runRecoveryKey(_invocation: Invocation<never>, context: Context): Promise<ExitStatus> {
  const host = openNode(context);
  const passphrase = await askOnce(context, { name: 'passphrase', message: 'Passphrase of the data' });
  const key = await makeRecoveryKey(host, passphrase);
  context.err(
    'encryption: this recovery key opens the data without the passphrase. It is not shown again:\n',
  );
  context.out(`${key}\n`);
  context.err('  Write it down, keep it elsewhere, and confirm it: sudo haos encryption confirm.\n');
  return EXIT.done;
}

/**
 * `haos encryption confirm`: asks for the recovery key, so that the status shows that it was noted.
 */
export async function runConfirmRecoveryKey(
  _invocation: Invocation<never>,
  context: Context,
): Promise<ExitStatus> {
  const host = openNode(context);
  const key = await askOnce(context, { name: 'recovery_key', message: 'Recovery key' });
  await confirmRecoveryKey(host, key);
  context.err('encryption: the recovery key is confirmed\n');
  return EXIT.done;
}

async function askOnce(context: Context, question: { name: string; message: string }): Promise<string> {
  const { input, output } = await context.terminal();
  const person = plainTerminal({ input, output });
  try {
    return await person.secret(question);
  } finally {
    person.close();
  }
}
