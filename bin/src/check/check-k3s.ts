import { liveHost } from '@haos/host';
import { checkK3sHost } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { createPaint } from '../paint.js';
import { formatChecks } from '../print-checks.js';

/** `haos check k3s`: checks whether this machine has what k3s needs. */
export async function runCheckK3s(invocation: Invocation<'format'>, context: Context): Promise<ExitStatus> {
  const checks = await checkK3sHost(liveHost(context.env.DEBUG ? { debug: context.env.DEBUG } : {}));
  if (invocation.text('format') === 'json') context.out(`${JSON.stringify({ checks }, null, 2)}\n`);
  else context.out(formatChecks(checks, createPaint(await context.hasColor('out'))));
  return checks.every(({ ok }) => ok) ? EXIT.done : EXIT.failedSteps;
}
