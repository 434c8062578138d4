import { hostname } from 'node:os';
import { liveHost } from '@haos/host';
import { OPERATOR_PORT, podCredentials, readKubeconfig, startOperator } from '@haos/operator/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure, usageError } from '../failure.js';
import { parsePort } from '../parse-port.js';
import { runUntilInterrupted } from '../run-until-interrupted.js';
import { serveHealth } from './serve-health.js';

/** `haos operator`: manages the fleet until it is interrupted. */
export async function runOperator(
  invocation: Invocation<'kubeconfig' | 'port'>,
  context: Context,
): Promise<ExitStatus> {
  if (invocation.operands.length > 0) throw usageError('haos operator takes no operands');
  const port = parsePort(invocation.text('port') ?? String(OPERATOR_PORT));
  const host = liveHost();
  const kubeconfig = invocation.text('kubeconfig');
  const credentials = kubeconfig ? readKubeconfig(host, kubeconfig) : podCredentials(host, context.env);
  const identity = context.env.POD_NAME || hostname();
  const { version, out: write } = context;
  const options = { host, credentials, identity, version, write };
  await runUntilInterrupted(context, async (signal) => {
    const operator = startOperator(options, signal);
    const server = await serveHealth(operator, port).catch((error: Error) => {
      throw new CommandFailure(EXIT.failed, `cannot listen on port ${port}: ${error.message}`);
    });
    await operator.done;
    server.close();
  });
  return EXIT.done;
}
