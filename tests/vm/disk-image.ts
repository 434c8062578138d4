import { join } from 'node:path';
import { expect } from 'vitest';
import type { Architecture } from '../../os/src/architecture.js';
import { buildStep } from './build-step.js';
import { type Machine, startMachine } from './machine.js';
import { waitForRuntime } from './status.js';

/** Builds a disk image of the image under test; returns the path of its file. */
export function buildDiskImage(
  format: string,
  { architecture, options }: { architecture?: Architecture; options?: readonly string[] } = {},
): string {
  return join(buildStep(`image-${format}`, architecture, options), `disk.${format}`);
}

/** The node can be entered only when its data source has given a password. */
const userData = (console: string) => `#cloud-config
run_cmd: [echo the-node-is-configured >/dev/${console}]
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
    architecture = 'amd64',
    deliver,
  }: {
    args: readonly string[];
    /** Default `amd64`. */
    architecture?: Architecture;
    deliver: (userData: string) => readonly string[] | Promise<readonly string[]>;
  },
): Promise<Machine> {
  const source = await deliver(userData(architecture === 'arm64' ? 'ttyAMA0' : 'ttyS0'));
  const machine = await startMachine({ name, architecture, memory: 768, args: [...args, ...source] });
  await machine.expect(/the-node-is-configured/, 900);
  machine.send(''); // a new prompt
  await machine.logIn('sesame');
  await waitForRuntime(machine);
  return machine;
}

/** Checks that the partition of the state, and its file system, use the whole disk of 6 GiB. */
export async function expectGrown(machine: Machine): Promise<void> {
  const partition = await machine.read('findfs LABEL=HAOS_STATE');
  const disk = `/dev/${await machine.read(`lsblk --noheadings --output PKNAME ${partition}`)}`;
  const sizes = `blockdev --getsize64 ${partition}; df -B1 --output=size /var | tail -n 1`;
  const [size, available] = (await machine.read(sizes)).split('\n').map(Number);
  expect(size).toBeGreaterThan(5_700_000_000);
  expect(available).toBeGreaterThan(5_400_000_000);
  expect(await machine.read(`sfdisk --verify ${disk} 2>&1`)).toMatch(/No errors detected/);
  expect(await machine.read(`tail -c 512 ${disk} | head -c 8`)).toBe('EFI PART');
}
