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
  const end = new AbortController();
  const { signal } = end;
  const logger = createLogger(context.out, host.clock.now);
  // Messages of errors that commands caused may quote their output.
  const onError = (error: unknown) => logger.error(describe(error), error);
  const api = await connectAgent({ credentials, node, version, clock: host.clock, signal, onError });
  logger.info('started', { version, node });
  const commands = createNodeCommands(container);
  const onStep = ({ kind }: { kind: string }) => logger.info('step', { kind });
  const agent = runAgent({ host, commands, api, agentVersion: version, signal, onError, onStep });
  const done = agent.then(() => api.close());
  context.onInterrupt(async () => {
    end.abort(new Error('interrupted'));
    await done;
  });
  await done;
  return EXIT.done;
}

function describe(error: unknown): string {
  if (isHaosError(error, 'HAOS_COMMAND_FAILED')) return 'a program of the node failed';
  return 'it goes on after a pause';
}
