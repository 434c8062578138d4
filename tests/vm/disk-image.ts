import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Machine, startMachine } from './machine.js';
import { ROOT } from './paths.js';
import { waitForRuntime } from './status.js';

/** Builds a disk image of the image under test; returns the path of its file. */
export function buildDiskImage(format: string, options: readonly string[] = []): string {
  const k3s = ['--kernel', 'cloud', '--k3s', join(ROOT, 'tests/vm/k3s-stand-in')];
  const args = [join(ROOT, 'os/src/main.ts'), ...k3s, '--only', `image-${format}`, ...options];
  const output = execFileSync(join(ROOT, 'node_modules/.bin/tsx'), args, { encoding: 'utf8' });
  return join(output.trim().split('\n').at(-1) ?? '', `disk.${format}`);
}

/** The node can be entered only when its data source has given a password. */
const USER_DATA = `#cloud-config
run_cmd: [echo the-node-is-configured >/dev/ttyS0]
haos: { password: sesame }
`;

/**
 * Starts a machine whose image has no configuration, and waits until a data source has configured
 * it. `deliver` makes the source, and returns arguments of the machine.
 */
export async function startConfigured(
  name: string,
  {
    args,
    deliver,
  }: {
    args: readonly string[];
    deliver: (userData: string) => readonly string[] | Promise<readonly string[]>;
  },
): Promise<Machine> {
  const machine = await startMachine({ name, memory: 768, args: [...args, ...(await deliver(USER_DATA))] });
  await machine.expect(/the-node-is-configured/, 600);
  machine.send(''); // a new prompt
  await machine.logIn(60, 'sesame');
  await waitForRuntime(machine, 300);
  return machine;
}
