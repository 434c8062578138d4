import type { Issue } from '@haos/cc';
import { deleteConfig, putConfig } from '@haos/cc/internal';
import type { Host } from '@haos/host';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { formatJson } from '../format-json.js';
import { readNamedFile } from '../read-named-file.js';
import { openHost } from './host.js';
import { endInvalid, isInvalid, printIssues } from './issues.js';

/** `haos config put`: writes a valid file to config.d, or removes it. */
export async function runPut(
  invocation: Invocation<'root' | 'format', 'apply' | 'delete'>,
  context: Context,
): Promise<ExitStatus> {
  const [name, file = '-', ...more] = invocation.operands;
  const isDelete = invocation.has('delete');
  if (name === undefined) throw usageError('the name of the file in config.d is missing');
  if (more.length > 0 || (isDelete && invocation.operands.length > 1)) throw usageError('too many operands');
  const host = openHost(invocation, context);
  const result = isDelete ? remove(host, name, context) : await write(host, { name, file }, context);
  if (isInvalid(result.issues, false)) return endInvalid(result, { invocation, context });
  if (!invocation.has('apply')) {
    if (invocation.text('format') === 'json')
      context.out(formatJson({ name, changed: result.changed, issues: result.issues }));
    return EXIT.done;
  }
  const { applyPhase } = await import('./run-phase.js');
  return applyPhase(host, 'runtime', { invocation, context });
}

/** The result for a file; an invalid one was not written. */
interface Result {
  changed: boolean;
  issues: readonly Issue[];
}

function remove(host: Host, name: string, context: Context): Result {
  const wasThere = deleteConfig(host, name);
  context.err(wasThere ? `config.d/${name} removed\n` : `config.d/${name} did not exist\n`);
  return { changed: wasThere, issues: [] };
}

async function write(
  host: Host,
  { name, file }: { name: string; file: string },
  context: Context,
): Promise<Result> {
  const content = readNamedFile(file, context);
  const report = putConfig(host, name, content);
  await printIssues(report, context);
  if (!isInvalid(report.issues, false))
    context.err(`config.d/${name} ${report.changed ? 'written' : 'unchanged'}\n`);
  return report;
}
