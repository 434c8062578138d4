import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  ACCELERATORS,
  accelerate,
  chooseAccelerator,
  KvmFailure,
  runsGuest,
} from '../../scripts/accelerator.js';
import { startMachine } from './machine.js';

/** A processor that cannot run long mode, like an incomplete KVM, which interprets real mode. */
const NO_LONG_MODE = ['-accel', 'tcg', '-cpu', 'qemu32'];

it('a guest completes where a 64-bit kernel would run', async () => {
  expect(await runsGuest(ACCELERATORS.tcg)).toBe(true);
});

it.each([
  ['a processor without long mode', NO_LONG_MODE],
  ['an accelerator that does not exist', ['-accel', 'none-such']],
])('a guest does not complete with %s', async (_name, machine) => {
  expect(await runsGuest(machine)).toBe(false);
});

it('KVM is chosen only if the processor supports virtualisation', async () => {
  const helps =
    existsSync('/dev/kvm') && /^flags.*\b(vmx|svm)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));

  expect([helps ? 'kvm' : 'tcg', 'tcg']).toContain(await chooseAccelerator());
});

it('work is repeated, emulated, if KVM fails', async () => {
  const tried: string[] = [];
  const printed: string[] = [];

  const result = await accelerate(
    async (accelerator) => {
      tried.push(accelerator);
      if (accelerator === 'kvm') throw new KvmFailure('KVM failed under the running machine');
      return 'done';
    },
    (line) => printed.push(line),
    'kvm',
  );

  expect(result).toBe('done');
  expect(tried).toEqual(['kvm', 'tcg']);
  expect(printed).toEqual([expect.stringContaining('emulated')]);
});

it('waiting for a console fails as soon as the machine ends', async () => {
  const machine = await startMachine({ name: 'ends', args: ['-drive', 'file=/none-such'] });

  await expect(machine.expect(/login: /, 60)).rejects.toThrow('did not appear before the machine ended');
  await machine.stop();
});
