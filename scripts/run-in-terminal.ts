import { relative } from 'node:path';
import { ConsoleTerminal } from './console-terminal.js';
import { StepFailure } from './run.mjs';
import type { StartedNode } from './start-node.js';
import { SSH } from './start-plan.js';
import type { StartedCluster } from './started-cluster.js';

/**
 * Seconds without output before the login prompt after which the machine counts as stuck. Emulated
 * machines are silent for a minute.
 */
const SILENCE = 300;

/** Longer than any user waits for a login: the silence is what counts. */
const DAY = 24 * 3600;

/**
 * The kind of the first machine. `live` needs no password, so the user gets a prompt once
 * Kubernetes is Ready; `disk` asks for one; `other` has no Kubernetes.
 */
export type FirstKind = 'live' | 'disk' | 'other';

/**
 * Runs the machines with the console of the first in this terminal until that one ends. Resolves to
 * the exit status.
 */
export async function runInTerminal(cluster: StartedCluster, kind: FirstKind): Promise<number> {
  let show = (chunk: Buffer): void => {
    process.stdout.write(chunk);
  };
  const node = await cluster.startFirst({
    onConsole: (chunk) => show(chunk),
    canRestart: kind === 'disk', // a live machine would only boot the same system again
  });
  console.log(describeWays(node, cluster.kubeconfig));
  const terminal = new ConsoleTerminal((keys) => node.machine.type(keys));
  show = (chunk) => terminal.show(chunk);
  try {
    const ended = node.machine.ended();
    const work = kind === 'other' ? ended : bringUp(cluster, { node, terminal, kind });
    await Promise.race([ended, work.then(() => ended)]);
    return 0;
  } finally {
    terminal.close();
  }
}

interface Console {
  node: StartedNode;
  terminal: ConsoleTerminal;
  kind: FirstKind;
}

/**
 * Waits for the login and for Kubernetes. A key that is pressed at the login prompt ends the wait
 * early.
 */
async function bringUp(
  cluster: StartedCluster,
  { node: { machine }, terminal, kind }: Console,
): Promise<void> {
  await expectLogin(machine, terminal);
  const ready = cluster
    .waitUntilReady((line) => terminal.print(line))
    .catch((error: Error) => terminal.print(`Kubernetes: ${error.message}`));
  if (kind !== 'live') return ready.then(() => {});
  if ((await Promise.race([ready, terminal.touched()])) !== 'touched') machine.send('rancher');
}

async function expectLogin(machine: StartedNode['machine'], terminal: ConsoleTerminal): Promise<void> {
  let unwatch = () => {};
  const silence = new Promise<never>((_resolve, reject) => {
    const late = () =>
      reject(new StepFailure(`the machine printed nothing for ${SILENCE / 60} minutes and was stopped`));
    unwatch = terminal.watchSilence(SILENCE, late);
  });
  await Promise.race([machine.expect(/login: /, DAY), silence]).finally(unwatch);
}

function describeWays({ ports }: StartedNode, kubeconfig: string): string {
  return `
  end it        poweroff inside, or Ctrl-a c, then q
  log in        happens when Kubernetes is Ready; as rancher, any time before
  from outside  ssh -p ${ports.get(SSH)} rancher@127.0.0.1, with a key: npm start -- ssh_authorized_keys=github:YOU
  kubectl       KUBECONFIG=${relative('', kubeconfig)} kubectl get nodes
  on its disk   npm start -- haos.mode=install, then npm start -- --disk
`;
}
