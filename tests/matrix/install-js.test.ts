import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDebianGuest } from '../vm/debian-guest.js';
import { diskArguments, NETWORK, sizeDisk } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ARTIFACTS } from '../vm/paths.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const PROGRAM = 'haos-install-linux-x64';

describe('a node that was installed from Debian, with the executable that contains Node', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  beforeAll(async () => {
    sizeDisk(disk, 2500);
    const config = join(directory, 'config.yaml');
    writeFileSync(config, 'hostname: from-debian\nhaos: { password: sesame }\n');
    const files = [config, ...[PROGRAM, 'haos-amd64.iso'].map((name) => join(ARTIFACTS, name))];
    const guest = writeDebianGuest({
      files,
      command: `./${PROGRAM} --config config.yaml /dev/vdb haos-amd64.iso`,
    });
    machine = await startMachine({ name: 'install-js', args: [...guest.args, ...diskArguments(disk)] });
    await machine.expect(/the command ended with \d+/, 420);
    await machine.ended(600);
    guest.remove();
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('reported the installation', () => {
    expect(machine.console()).toMatch(/install: HAOS \S+ is on \/dev\/vdb/);
    expect(machine.console()).toContain('the command ended with 0');
  });

  it('boots from the disk, with the configuration', async () => {
    const args = [...diskArguments(disk), ...NETWORK];
    machine = await startMachine({ name: 'install-js-boot', memory: 512, args });
    await machine.logIn('sesame');
    await waitForRuntime(machine);

    expect(await machine.read('hostname')).toBe('from-debian');
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
  });
});
