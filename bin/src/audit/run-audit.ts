import { audit, type Result } from '@haos/audit';
import { type Host, isHaosError } from '@haos/host';
import type { Context, Invocation } from '../command.js';
import { openHost } from '../config/host.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { formatJson } from '../format-json.js';
import { createPaint } from '../paint.js';
import { formatAudit, summarise } from './format-audit.js';
import { formatAuditSarif } from './format-audit-sarif.js';

/** `haos audit`: compares this node with its security settings. */
export async function runAudit(
  invocation: Invocation<'root' | 'format' | 'only'>,
  context: Context,
): Promise<ExitStatus> {
  const results = await runChecks(openHost(invocation, context), invocation.texts('only'));
  const format = invocation.text('format');
  if (format === 'json') context.out(formatJson({ summary: summarise(results), results }));
  else if (format === 'sarif') context.out(formatJson(formatAuditSarif(results, context.version)));
  else context.out(formatAudit(results, createPaint(await context.hasColor('out'))));
  return results.some(({ status }) => status === 'fail') ? EXIT.failed : EXIT.done;
}

async function runChecks(host: Host, only: readonly string[]): Promise<Result[]> {
  try {
    return await audit(host, { only });
  } catch (error) {
    if (isHaosError(error, 'HAOS_AUDIT_UNKNOWN')) throw usageError(error.message, error.hint);
    throw error;
  }
}
