import { isHaosError, liveHost, rootedHost } from '@haos/host';
import {
  connectAgent,
  createLogger,
  createNodeCommands,
  podCredentials,
  readKubeconfig,
  runAgent,
} from '@haos/operator/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { runUntilInterrupted } from '../run-until-interrupted.js';

/** `haos agent`: brings its node to what the operator wants, until it is interrupted. */
export async function runNodeAgent(
  invocation: Invocation<'kubeconfig' | 'node' | 'root'>,
  context: Context,
): Promise<ExitStatus> {
  const { env, version } = context;
  const node = invocation.text('node') ?? env.NODE_NAME;
  if (!node) throw usageError('the name of the node is missing', 'Set NODE_NAME, or use --node.');
  const container = liveHost();
  const host = rootedHost(invocation.text('root') ?? '/host');
  const kubeconfig = invocation.text('kubeconfig');
  const credentials = kubeconfig ? readKubeconfig(container, kubeconfig) : podCredentials(container, env);
  const logger = createLogger(context.out, host.clock.now);
  // Messages of errors that commands caused may quote their output.
  const onError = (error: unknown) => logger.error(describe(error), error);
  const commands = createNodeCommands(container);
  const onStep = ({ kind }: { kind: string }) => logger.info('step', { kind });
  await runUntilInterrupted(context, async (signal) => {
    const api = await connectAgent({ credentials, node, version, clock: host.clock, signal, onError });
    logger.info('started', { version, node });
    await runAgent({ host, commands, api, agentVersion: version, signal, onError, onStep });
    await api.close();
  });
  return EXIT.done;
}

function describe(error: unknown): string {
  if (isHaosError(error, 'HAOS_COMMAND_FAILED')) return 'a program of the node failed';
  return 'it goes on after a pause';
}
