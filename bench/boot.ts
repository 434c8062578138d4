import { type Accelerator, accelerate } from '../scripts/accelerator.js';
import { buildIso, liveArguments } from '../scripts/live-iso.js';
import { type Machine, startMachine } from '../tests/vm/machine.js';
import { readStatus, waitForRuntime } from '../tests/vm/status.js';

/** Moments of a boot, in seconds since the kernel started. */
interface Boot {
  pid1: number;
  login: number;
  applied: number;
  /** Duration of the phases before the login, from the start of Node to its end. */
  node: number;
  /** Starts of Node: before the login, and in total. */
  starts: [before: number, all: number];
}

/**
 * Measures the boot of the live ISO and HAOS's share of it, with an empty initrd phase and with one
 * that has work.
 */
export async function measureBoot(
  root: string,
  scratch: string,
  print: (line: string) => void,
): Promise<string[]> {
  if (process.getuid?.() !== 0) return ['skipped: building an image needs root'];
  const iso = await buildIso(root, ['--kernel', 'cloud', '--no-k3s']); // the time to a login, on any machine
  await accelerate(async (accelerator) => {
    print(accelerator === 'kvm' ? 'with KVM' : 'emulated: only the ratios are meaningful');
    await measureForms(iso, scratch, accelerator, print);
  }, print);
  return [];
}

async function measureForms(
  iso: string,
  scratch: string,
  accelerator: Accelerator,
  print: (line: string) => void,
): Promise<void> {
  const forms = [
    { name: 'nothing in the initrd phase', words: [], goal: 15 },
    { name: 'with an initrd phase', words: ['hostname=bench'], goal: 30 },
  ];
  for (const { name, words, goal } of forms) {
    const args = [...liveArguments(iso, scratch, ['haos.debug', ...words]), ...NETWORK];
    const machine = await startMachine({ name: 'bench', args, accelerator });
    try {
      for (const line of describe(name, await watchBoot(machine), goal)) print(line);
    } finally {
      await machine.stop();
    }
  }
}

const NETWORK = ['-nic', 'user,model=virtio-net-pci'];

function describe(name: string, { pid1, login, applied, node, starts }: Boot, goal: number): string[] {
  const share = (part: number) => `${((part / login) * 100).toFixed(0)} %`;
  return [
    `${name}: first process after ${pid1.toFixed(1)} s (${share(pid1)} of the time to the login), login after ${login.toFixed(1)} s, configuration applied after ${applied.toFixed(1)} s (${share(applied)})`,
    `${name}: Node starts ${starts.join(' of ')} times before the login and takes ${node.toFixed(1)} s, ${share(node)} of the time to it (goal ${goal} %)`,
  ];
}

async function watchBoot(machine: Machine): Promise<Boot> {
  await machine.expect(/login: $/, 480);
  const shown = performance.now();
  machine.send('rancher');
  await machine.expect(/rancher@\S+:~\$ /, 60);
  await machine.openShell("exec sudo sh -c 'dmesg -n 1; stty -echo; PS1= exec sh'");
  await waitForRuntime(machine);
  // The machine's clock relative to this one, as exact as the round trip over a serial line allows.
  const [uptime = 0, now = 0] = (await machine.read('cut -d" " -f1 /proc/uptime; date +%s.%N'))
    .split('\n')
    .map(Number);
  const started = performance.now() / 1000 - uptime;
  const log = await machine.read('dmesg');
  const at = (text: string) => Number(new RegExp(`\\[ *([\\d.]+)\\] .*${text}`).exec(log)?.[1] ?? Number.NaN);
  const { phases } = await readStatus(machine);
  const ended = (phases.find(({ phase }) => phase === 'runtime')?.ended ?? 0) / 1000;
  const initrd = phases.some(({ phase }) => phase === 'initrd');
  const inInitrd = initrd ? at('haos: entering the root') - at('haos: the initrd phase') : 0;
  return {
    pid1: at('Run /init as init process'),
    login: shown / 1000 - started,
    applied: ended - now + uptime,
    node: inInitrd + at('haos: starting init') - at('haos: the boot phase'),
    starts: [phases.length - 1, phases.length],
  };
}
