import type { Machine } from '../tests/vm/machine.js';
import { waitForRuntime } from '../tests/vm/status.js';
import { KvmFailure } from './accelerator.js';
import { StepFailure } from './run.mjs';
import type { StartedCluster } from './started-cluster.js';

/** The commands to run in the node, with their headings. */
const QUESTIONS: readonly [heading: string, command: string][] = [
  [
    'version',
    'echo "HAOS $(cat /usr/lib/haos/version), Linux $(uname -r), Node $(/usr/lib/haos/node --version)"',
  ],
  ['configuration', 'haos config status || test $? -eq 4'],
  [
    'file systems',
    'for path in / /usr /etc /var /home /opt /usr/local /haos/system; do ' +
      'set -- $(findmnt --noheadings --output FSTYPE,OPTIONS --target "$(readlink -f $path)"); ' +
      // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
      'printf \'%-14s %-10s %s\\n\' $path $1 "${2%%,*}"; done',
  ],
];

const NODES = 'kubectl get nodes --output wide';

/** Seconds. Beside other emulated machines, a command takes minutes. */
const LIMIT = 600;

/**
 * Boots machines, logs in on the first, waits until its configuration is applied and, with k3s,
 * until Kubernetes is Ready. Then it prints what the node reports, and switches it off. Resolves to
 * 0 if the node is healthy, else to 1. Throws a StepFailure with the end of the console if a step
 * times out.
 */
export async function reportNode(cluster: StartedCluster): Promise<number> {
  const { machine } = await cluster.startFirst();
  try {
    await machine.logIn();
    await waitForRuntime(machine);
    const readiness = await cluster.waitUntilReady(console.log);
    for (const [heading, command] of QUESTIONS) print(heading, await machine.read(command, LIMIT));
    if (readiness === 'ready') print('nodes', await machine.read(NODES, LIMIT));
    const { status, output } = await machine.run('haos status', LIMIT);
    print('status', output);
    console.log();
    machine.send('poweroff');
    await machine.ended(LIMIT);
    return status === 0 && readiness !== 'not-ready' ? 0 : 1;
  } catch (error) {
    if (error instanceof KvmFailure) throw error;
    throw new StepFailure(`${error instanceof Error ? error.message : String(error)}\n\n${endOf(machine)}`);
  }
}

function print(heading: string, text: string): void {
  console.log(`\n${heading}\n${text.replace(/^/gm, '  ')}`);
}

function endOf(machine: Machine): string {
  return `The console ends:\n${machine.console().split('\n').slice(-40).join('\n')}`;
}
