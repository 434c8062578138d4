import { readNodeStatus } from '@haos/cc';
import type { Context, Invocation } from '../command.js';
import { openHost } from '../config/host.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { formatNodeStatus } from './format-node-status.js';

/** `haos status`: prints the state of this node on one screen. */
export async function runNodeStatus(
  invocation: Invocation<'root' | 'format'>,
  context: Context,
): Promise<ExitStatus> {
  const status = await readNodeStatus(openHost(invocation, context));
  if (invocation.text('format') === 'json') context.out(`${JSON.stringify(status, null, 2)}\n`);
  else context.out(formatNodeStatus(status, await context.hasColor('out')));
  return status.isHealthy ? EXIT.done : EXIT.failed;
}
