import type { Issue } from '@haos/cc';
import { deleteConfig, putConfig, readConfig, requireNoTry, tryConfig } from '@haos/cc/internal';
import { type Host, planHost } from '@haos/host';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { formatJson } from '../format-json.js';
import { readNamedFile } from '../read-named-file.js';
import { openHost } from './host.js';
import { endInvalid, isInvalid, printIssues } from './issues.js';
import { parseDuration } from './parse-duration.js';

type PutInvocation = Invocation<'root' | 'format' | 'try', 'apply' | 'delete' | 'plan'>;

/** `haos config put`: writes a valid file to config.d, or removes it. */
export async function runPut(invocation: PutInvocation, context: Context): Promise<ExitStatus> {
  const wanted = readOptions(invocation, context);
  const host = openHost(invocation, context);
  if (invocation.has('plan')) return planFile(host, wanted, { invocation, context });
  const result = await change(host, wanted, context);
  if (isInvalid(result.issues, false)) return endInvalid(result, { invocation, context });
  if (!invocation.has('apply')) {
    if (invocation.text('format') === 'json')
      context.out(formatJson({ name: wanted.name, changed: result.changed, issues: result.issues }));
    return EXIT.done;
  }
  const { applyPhase } = await import('./run-phase.js');
  return applyPhase(host, 'runtime', { invocation, context });
}

interface Wanted {
  name: string;
  /** Undefined: the file is removed. */
  content: Uint8Array | undefined;
  /** Seconds of a trial. */
  duration: number | undefined;
}

function readOptions(invocation: PutInvocation, context: Context): Wanted {
  const [name, file = '-', ...more] = invocation.operands;
  const isDelete = invocation.has('delete');
  if (name === undefined) throw usageError('the name of the file in config.d is missing');
  if (more.length > 0 || (isDelete && invocation.operands.length > 1)) throw usageError('too many operands');
  const time = invocation.text('try');
  if (time !== undefined && !invocation.has('apply'))
    throw usageError('--try needs --apply', 'A file is tried by applying it.');
  if (invocation.has('plan') && invocation.has('apply'))
    throw usageError('--plan and --apply cannot be used together');
  const duration = time === undefined ? undefined : parseDuration(time);
  return { name, content: isDelete ? undefined : readNamedFile(file, context), duration };
}

/** The result for a file; an invalid one was not written. */
interface Result {
  changed: boolean;
  issues: readonly Issue[];
}

async function change(host: Host, wanted: Wanted, context: Context): Promise<Result> {
  const { name, content, duration } = wanted;
  if (duration !== undefined) return tryFile(host, { ...wanted, duration }, context);
  requireNoTry(host, name);
  if (content === undefined) return remove(host, name, context);
  const report = putConfig(host, name, content);
  await printIssues(report, context);
  if (!isInvalid(report.issues, false))
    context.err(`config.d/${name} ${report.changed ? 'written' : 'unchanged'}\n`);
  return report;
}

function remove(host: Host, name: string, context: Context): Result {
  const wasThere = deleteConfig(host, name);
  context.err(wasThere ? `config.d/${name} removed\n` : `config.d/${name} did not exist\n`);
  return { changed: wasThere, issues: [] };
}

async function tryFile(host: Host, wanted: Wanted & { duration: number }, context: Context): Promise<Result> {
  const report = await tryConfig(host, wanted);
  await printIssues(report, context);
  if (isInvalid(report.issues, false)) return report;
  const { name, trial } = { ...wanted, ...report };
  if (trial === undefined) context.err(`config.d/${name} unchanged: there is nothing to try\n`);
  else
    context.err(
      `config.d/${name} is on trial for ${wanted.duration} seconds\n` +
        '  Keep it with `haos config confirm`; otherwise the previous file comes back.\n',
    );
  return report;
}

/** Prints what applying the file would change. */
async function planFile(
  machine: Host,
  wanted: Wanted,
  { invocation, context }: { invocation: PutInvocation; context: Context },
): Promise<ExitStatus> {
  const host = planHost(machine);
  const before = await readConfig(host);
  const result = await change(host, { ...wanted, duration: undefined }, { ...context, err: () => {} });
  if (isInvalid(result.issues, false)) {
    await change(host, { ...wanted, duration: undefined }, context);
    return endInvalid(result, { invocation, context });
  }
  const { printPlan } = await import('./plan.js');
  return printPlan(host, { phase: 'runtime', before: before.config, isStrict: false, invocation, context });
}
