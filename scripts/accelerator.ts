import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How guests run: with the help of the processor, or emulated. */
export type Accelerator = 'kvm' | 'tcg';

/**
 * Arguments of QEMU for each; the model of an emulated processor is the one that is emulated fastest. There is one of it: kernels patch their own
 * code at run time, and with several the emulator now and then runs what is half written.
 */
export const ACCELERATORS: Readonly<Record<Accelerator, readonly string[]>> = {
  kvm: ['-accel', 'kvm', '-cpu', 'host', '-smp', '2'],
  tcg: ['-accel', 'tcg', '-cpu', 'qemu64', '-smp', '1'],
};

/** KVM where a guest really runs with it: the device may be there and not work, as on many virtual machines. */
export function chooseAccelerator(): Accelerator {
  return existsSync('/dev/kvm') && runsGuest('kvm') ? 'kvm' : 'tcg';
}

/** Real mode: `mov dx, 0xf4; mov al, 0x10; out dx, al; hlt`, and the mark of a boot sector. */
const TINY_GUEST = Buffer.alloc(512);
TINY_GUEST.set([0xba, 0xf4, 0x00, 0xb0, 0x10, 0xee, 0xf4]);
TINY_GUEST.set([0x55, 0xaa], 510);

/** What QEMU ends with when a guest writes 0x10 to the port of its isa-debug-exit device. */
const SAID_SO = (0x10 << 1) | 1;

/** Whether a guest of one boot sector comes to its end. */
export function runsGuest(accelerator: Accelerator): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'haos-guest-'));
  const disk = join(directory, 'disk');
  writeFileSync(disk, TINY_GUEST);
  const devices = ['-nodefaults', '-display', 'none', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'];
  const { status } = spawnSync(
    'qemu-system-x86_64',
    [...ACCELERATORS[accelerator], ...devices, '-m', '16', '-drive', `file=${disk},format=raw`],
    { stdio: 'ignore', timeout: 30_000, killSignal: 'SIGKILL' },
  );
  rmSync(directory, { recursive: true });
  return status === SAID_SO;
}
