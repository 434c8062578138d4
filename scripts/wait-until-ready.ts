import { setTimeout as sleep } from 'node:timers/promises';
import type { GuestAgent } from './guest-agent.js';
import { type ListedNode, listNodes, moveKubeconfig } from './kubernetes-api.js';

export interface Waiting {
  /** The agent of the server. */
  agent: GuestAgent;
  /** The port of 127.0.0.1 that leads to the API. */
  port: number;
  /** The expected number of nodes. */
  nodes: number;
  /** Seconds to wait. */
  seconds: number;
  /** When the machine started, as of performance.now(). */
  started: number;
  print(line: string): void;
  /** Receives the kubeconfig for this machine as soon as the server has written it. */
  onKubeconfig(text: string): void;
}

/** `absent`: there is no k3s, or the configuration does not start it. */
export type Readiness = 'ready' | 'absent' | 'not-ready';

/**
 * Requests to the API are frequent, because they are cheap. Those to the program in the guest are
 * rare, because an emulated machine takes seconds to start it.
 */
const ASK_MS = 5_000;
const LOOK_MS = 60_000;

/** Waits until all nodes are Ready, and reports each change once. */
export async function waitUntilReady(waiting: Waiting): Promise<Readiness> {
  const { agent, nodes, started, print } = waiting;
  const since = () => `after ${Math.round((performance.now() - started) / 1000)} s`;
  const say = once((line) => print(`Kubernetes: ${line}`));
  const askApi = followApi(waiting);
  const end = performance.now() + waiting.seconds * 1000;
  let look = performance.now() + LOOK_MS;
  if ((await agent.run('test -x /usr/sbin/k3s')).status !== 0) return 'absent';
  say(`waiting for ${nodes === 1 ? 'the node' : `${nodes} nodes`}`);
  for (;;) {
    const ready = (await askApi()).filter(({ isReady }) => isReady);
    let isReady = ready.length >= nodes;
    if (nodes > 1) for (const { name } of ready) say(`${name} is Ready`);
    if (!isReady && performance.now() > look) {
      look = performance.now() + LOOK_MS;
      const { state, reason } = await askNode(agent);
      isReady = nodes === 1 && state === 'ready'; // an agent of another server: its API is elsewhere
      if (reason !== undefined && state !== 'starting') say(reason); // at first the API does not answer
      if (state === 'off') return 'absent';
    }
    if (isReady) {
      say(`${nodes === 1 ? 'the node is' : `${nodes} nodes are`} Ready ${since()}`);
      return 'ready';
    }
    if (performance.now() > end) {
      say(`not Ready ${since()}; 'sudo haos status' shows why`);
      return 'not-ready';
    }
    await sleep(ASK_MS);
  }
}

/**
 * Returns a function that lists the nodes through the API; the list is empty until the server
 * answers.
 */
function followApi({ agent, port, onKubeconfig }: Waiting): () => Promise<ListedNode[]> {
  let kubeconfig: string | undefined;
  return async () => {
    if (kubeconfig === undefined) {
      const { output } = await agent.run('cat /etc/rancher/k3s/k3s.yaml 2>/dev/null');
      if (!output.includes('client-key-data')) return [];
      kubeconfig = `${moveKubeconfig(output, port)}\n`;
      onKubeconfig(kubeconfig);
    }
    return listNodes(kubeconfig).catch(() => []);
  };
}

/** Returns the state of Kubernetes that `haos status` reports on a node. */
async function askNode(agent: GuestAgent): Promise<{ state: string; reason?: string }> {
  const { output } = await agent.run('haos status --format json');
  try {
    return (JSON.parse(output) as { kubernetes: { state: string; reason?: string } }).kubernetes;
  } catch {
    return { state: 'unknown' }; // the command failed
  }
}

function once(print: (line: string) => void): (line: string) => void {
  const printed = new Set<string>();
  return (line) => {
    if (!printed.has(line)) print(line);
    printed.add(line);
  };
}
