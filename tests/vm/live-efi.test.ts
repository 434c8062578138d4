import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { efiArguments } from './image.js';
import { type Machine, startMachine } from './machine.js';

describe('live, from the ISO, on a machine with EFI', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await startMachine({ name: 'live-efi', args: efiArguments() });
    await machine.logIn(300);
  }, 420_000);

  afterAll(() => machine.stop());

  it('boots to a login, and has the variables of the firmware', async () => {
    expect(await machine.read('cat /run/haos/mode')).toBe('live');
    expect(await machine.read('findmnt -no FSTYPE /sys/firmware/efi/efivars')).toBe('efivarfs');
  });
});
