import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskArguments, netbootArguments, sizeDisk } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

/** Writes a disk whose second partition is labelled `HAOS_STATE` and holds only a configuration. */
function writeStateDisk(disk: string, directory: string, config: string): void {
  const tree = join(directory, 'tree');
  const file = join(tree, 'haos/system/config.yaml');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, config, { mode: 0o600 });
  sizeDisk(disk, 2600);
  const table = 'label: gpt\nstart=2048, size=64MiB, type=L\nsize=2300MiB, type=L\n';
  execFileSync('sfdisk', ['--quiet', disk], { input: table });
  const at = ['-L', 'HAOS_STATE', '-E', `offset=${(1 + 64) * 1024 * 1024}`];
  execFileSync('mkfs.ext4', ['-q', '-F', ...at, '-d', tree, disk, '2300M']);
}

describe('a state partition that was made by hand', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  const start = async (name: string) => {
    machine = await startMachine({ name, args: [...diskArguments(disk), ...netbootArguments('')] });
    await machine.logIn('sesame');
    await waitForRuntime(machine);
  };

  beforeAll(async () => {
    writeStateDisk(disk, directory, 'hostname: by-hand\nhaos: { password: sesame }\n');
    await start('hand-made');
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('turns a machine that boots over the network into a node', async () => {
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
    expect(await machine.read('hostname')).toBe('by-hand');
    expect(await machine.read('findmnt -no SOURCE /var')).toBe('/dev/vda2[/haos/data/var]');
    expect(await machine.read('findmnt -no SOURCE /haos/system')).toBe('/dev/vda2[/haos/system]');
    expect(await machine.read('haos upgrade status --format json')).toContain('"haos"');
  });

  it('is the same node after a reboot', async () => {
    const keys = 'ssh-keygen -lf /var/lib/rancher/HAOS/ssh/ssh_host_ed25519_key';
    const before = await machine.read(keys);
    machine.send('poweroff');
    await machine.ended(600);
    await start('hand-made-again');

    expect(await machine.read(keys)).toBe(before);
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
  });
});
