import type { Haos } from '@haos/cc/internal';
import { ask, askSecret, choose, type Prompter } from '@haos/questions';
import { checkAnswer } from './check-answer.js';

/** Asks for the role, the server to join and the token, unless they are configured. */
export async function askRole(prompter: Prompter, configured: Haos = {}): Promise<Haos> {
  if (isDecided(configured)) return askToken(prompter, configured, { optional: true });
  const role = await choose(prompter, {
    name: 'role',
    message: 'Run k3s as',
    choices: [
      { value: 'server', label: 'Server: a cluster of its own' },
      { value: 'agent', label: 'Agent: joins the cluster of a server' },
    ],
    default: 'server',
  });
  if (role === 'server')
    return {
      k3sArgs: ['server', ...(configured.k3sArgs ?? [])],
      // A server without a token creates one.
      ...(await askToken(prompter, configured, { optional: true })),
    };
  const serverUrl = await ask(prompter, {
    name: 'server_url',
    message: 'URL of the server, such as https://server:6443',
    validate: (answer) => checkAnswer({ haos: { server_url: answer } }),
  });
  return { serverUrl, ...(await askToken(prompter, configured, { optional: false })) };
}

/** Returns whether the configuration already sets the role of k3s. */
function isDecided({ serverUrl, k3sArgs = [], environment = {} }: Haos): boolean {
  const [command = '-'] = k3sArgs;
  return (
    Boolean(serverUrl || environment.K3S_URL || environment.INSTALL_K3S_EXEC) || !command.startsWith('-')
  );
}

function hasToken({ token, k3sArgs = [], environment = {} }: Haos): boolean {
  return (
    Boolean(token || environment.K3S_TOKEN) ||
    k3sArgs.some((argument) => /^(-t|--token(-file)?)(=|$)/.test(argument))
  );
}

async function askToken(
  prompter: Prompter,
  configured: Haos,
  { optional }: { optional: boolean },
): Promise<Haos> {
  if (hasToken(configured)) return {};
  const token = await askSecret(prompter, {
    name: 'token',
    message: 'Token or cluster secret',
    optional,
    validate: (answer) => checkAnswer({ haos: { token: answer } }),
  });
  return token ? { token } : {};
}
