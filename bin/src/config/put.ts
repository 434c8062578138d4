import { deleteConfig, putConfig } from '@haos/cc/internal';
import type { Host } from '@haos/host';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { readNamedFile } from '../read-named-file.js';
import { openHostToChange } from './host.js';
import { isInvalid, printIssues } from './issues.js';

/** `haos config put`: writes a valid file to config.d, or removes it. */
export async function runPut(
  invocation: Invocation<'root' | 'format', 'apply' | 'delete'>,
  context: Context,
): Promise<ExitStatus> {
  const [name, file = '-', ...more] = invocation.operands;
  const isDelete = invocation.has('delete');
  if (name === undefined) throw usageError('the name of the file in config.d is missing');
  if (more.length > 0 || (isDelete && invocation.operands.length > 1)) throw usageError('too many operands');
  const host = openHostToChange(invocation, context);
  const isDone = isDelete ? remove(host, name, context) : await write(host, { name, file }, context);
  if (!isDone) return EXIT.invalid;
  if (!invocation.has('apply')) return EXIT.done;
  const { applyPhase } = await import('./run-phase.js');
  return applyPhase(host, 'runtime', { invocation, context });
}

function remove(host: Host, name: string, context: Context): true {
  const wasThere = deleteConfig(host, name);
  context.err(wasThere ? `config.d/${name} removed\n` : `config.d/${name} did not exist\n`);
  return true;
}

/** Returns false if the file is invalid and therefore was not written. */
async function write(
  host: Host,
  { name, file }: { name: string; file: string },
  context: Context,
): Promise<boolean> {
  const content = readNamedFile(file, context);
  const report = putConfig(host, name, content);
  await printIssues(report, context);
  if (isInvalid(report.issues, false)) return false;
  context.err(`config.d/${name} ${report.changed ? 'written' : 'unchanged'}\n`);
  return true;
}
