import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LONG_MODE_GUEST, LONG_MODE_STATUS } from './long-mode-guest.js';

/** How guests run: accelerated by the processor, or emulated. */
export type Accelerator = 'kvm' | 'tcg';

/**
 * QEMU arguments for each. `qemu64` is the processor that QEMU emulates fastest. An emulated
 * machine has one processor: kernels patch their own code at run time, and with several processors
 * the emulator sometimes runs half-written code.
 */
export const ACCELERATORS: Readonly<Record<Accelerator, readonly string[]>> = {
  kvm: ['-accel', 'kvm', '-cpu', 'host', '-smp', '2'],
  tcg: ['-accel', 'tcg', '-cpu', 'qemu64', '-smp', '1'],
};

/** KVM failed after a machine had started. The same machine may work emulated. */
export class KvmFailure extends Error {}

/**
 * Returns whether QEMU reports on standard error that KVM cannot continue. QEMU does not exit then:
 * the machine hangs.
 */
export function reportsKvmFailure(text: string): boolean {
  return /^(KVM internal error|error: kvm run failed)/m.test(text);
}

/**
 * Returns `kvm` if a 64-bit guest runs with it. On many virtual machines the device exists but does
 * not work.
 */
export async function chooseAccelerator(): Promise<Accelerator> {
  return existsSync('/dev/kvm') && (await runsGuest(ACCELERATORS.kvm)) ? 'kvm' : 'tcg';
}

/**
 * Runs `work` with the `first` accelerator, by default KVM if it works. If KVM fails later, runs
 * `work` once more, emulated. `print` gets one line if the machine is emulated.
 */
export async function accelerate<T>(
  work: (accelerator: Accelerator) => Promise<T>,
  print: (line: string) => void = console.log,
  first?: Accelerator,
): Promise<T> {
  if ((first ?? (await chooseAccelerator())) === 'tcg') {
    print('KVM cannot run guests on this machine, so the guest is emulated, which is slow.');
    return work('tcg');
  }
  try {
    return await work('kvm');
  } catch (error) {
    if (!(error instanceof KvmFailure)) throw error;
    print(`${error.message}: the machine restarts emulated, which is slow.`);
    return work('tcg');
  }
}

const LIMIT_MS = 20_000;

/**
 * Returns whether a boot sector that enters long mode completes on a machine with these arguments.
 * It takes less than a second.
 */
export async function runsGuest(machine: readonly string[]): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'haos-guest-'));
  const disk = join(directory, 'disk');
  writeFileSync(disk, LONG_MODE_GUEST);
  const devices = [
    '-nodefaults',
    '-no-reboot',
    ...['-display', 'none', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
    ...['-m', '16', '-drive', `file=${disk},format=raw`],
  ];
  try {
    return (await runQemu([...machine, ...devices])) === LONG_MODE_STATUS;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/**
 * Resolves to the exit status, or undefined if QEMU cannot be started, hangs, or was killed by a
 * signal.
 */
function runQemu(args: readonly string[]): Promise<number | undefined> {
  return new Promise((resolve) => {
    const child = spawn('qemu-system-x86_64', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    const done = (status?: number) => {
      clearTimeout(timer);
      resolve(status);
    };
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (reportsKvmFailure(text)) child.kill('SIGKILL');
    });
    child.on('error', () => done());
    child.on('close', (status) => done(status ?? undefined));
  });
}
