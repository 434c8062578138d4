import { type Machine, startMachine } from '../tests/vm/machine.js';
import { waitForRuntime } from '../tests/vm/status.js';
import { type Accelerator, KvmFailure } from './accelerator.js';
import { StepFailure } from './run.mjs';

/** What is looked at from inside, under its heading. */
const QUESTIONS: readonly [heading: string, command: string][] = [
  [
    'version',
    'echo "HAOS $(cat /usr/lib/haos/version), Linux $(uname -r), Node $(/usr/lib/haos/node --version)"',
  ],
  ['status', 'haos config status || test $? -eq 4'],
  [
    'file systems',
    'for path in / /usr /etc /var /home /opt /usr/local /haos/system; do ' +
      'set -- $(findmnt --noheadings --output FSTYPE,OPTIONS --target "$(readlink -f $path)"); ' +
      // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
      'printf \'%-14s %-10s %s\\n\' $path $1 "${2%%,*}"; done',
  ],
  [
    'k3s',
    'if [ -e /usr/sbin/k3s ]; then rc-service k3s-service status 2>&1; else echo not installed; fi; true',
  ],
];

/**
 * Boots a machine to its log-in, logs in, waits for the configuration to be applied, prints what the node says of itself, and
 * switches it off. Resolves to 0; throws a StepFailure with the end of the console when one of these does not happen in time.
 */
export async function reportNode(options: {
  args: readonly string[];
  accelerator: Accelerator;
  memory: number;
}): Promise<number> {
  const machine = await startMachine({ name: 'start', ...options });
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => machine.stop().then(() => process.exit(status)));
  }
  try {
    await machine.logIn(480);
    await waitForRuntime(machine, 240);
    for (const [heading, command] of QUESTIONS)
      console.log(`\n${heading}\n${await answer(machine, command)}`);
    console.log();
    machine.send('poweroff');
    await machine.ended(120);
    return 0;
  } catch (error) {
    if (error instanceof KvmFailure) throw error;
    const end = machine.console().split('\n').slice(-40).join('\n');
    throw new StepFailure(
      `${error instanceof Error ? error.message : String(error)}\n\nThe console ends:\n${end}`,
    );
  } finally {
    await machine.stop();
  }
}

async function answer(machine: Machine, command: string): Promise<string> {
  return (await machine.read(command, 120)).replace(/^/gm, '  ');
}
