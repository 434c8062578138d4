import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeStep, writeDebianDisk } from './debian-guest.js';
import { diskArguments, NETWORK } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { ARTIFACTS } from './paths.js';
import { readStatus, waitForRuntime } from './status.js';

const TAKE_OVER =
  './node install.js --takeover --debug --tty ttyS0 --poweroff --no-format --config config.yaml /dev/vda1 haos-amd64.iso';

/** Without the user's consent nothing happens; then with it. */
const COMMAND = `
chmod +x node
${TAKE_OVER}
echo "without --yes it ended with $?"
[ -e /haos ] || echo 'and wrote nothing'
${TAKE_OVER} --yes`;

describe('a Debian that HAOS took over', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  const start = async (name: string) => {
    machine = await startMachine({ name, args: [...diskArguments(disk), ...NETWORK] });
  };

  beforeAll(async () => {
    const config = join(directory, 'config.yaml');
    writeFileSync(config, 'hostname: taken-over\nhaos: { password: sesame }\n');
    const artifacts = ['install.js', 'haos-amd64.iso'].map((name) => join(ARTIFACTS, name));
    const files = [config, join(makeStep('node'), 'node'), ...artifacts];
    writeDebianDisk(disk, { files, command: COMMAND });
    await start('takeover');
    await machine.expect(/the command ended with \d+/, 540);
    await machine.ended(600);
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('was shown what would be deleted, and taken over only with --yes', () => {
    expect(machine.console()).toMatch(/the next boot deletes from \/dev\/vda1:\s+ {2}\/bin\s+/);
    expect(machine.console()).toMatch(/without --yes it ended with 5\s+and wrote nothing/);
    expect(machine.console()).toContain('the command ended with 0');
  });

  it('is booted by the GRUB of Debian, and cleaned up by its first boot, even after a power cut', async () => {
    await start('takeover-cut');
    await machine.expect(/takeover: deleting files that do not belong to HAOS on \/dev\/vda1/, 600);
    await machine.stop();
    await start('takeover-clean-up');
    await machine.expect(/takeover: done, poweroff/, 600);
    await machine.ended(600);
  });

  it('is a node like any other from then on', async () => {
    await start('takeover-node');
    await machine.logIn('sesame');
    await waitForRuntime(machine);

    expect(await machine.read('hostname')).toBe('taken-over');
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
    expect(await machine.read('findmnt -no SOURCE /var')).toBe('/dev/vda1[/haos/data/var]');
    expect(await machine.read('cat /proc/cmdline')).toMatch(/haos\.debug.* console=ttyS0/);
  });

  it("keeps only Debian's GRUB and its menu", async () => {
    expect(await machine.read('ls -A /.base')).toBe('boot\nhaos\nlost+found');
    expect(await machine.read('ls -A /.base/boot')).toBe('grub');
    expect(await machine.read('cat /.base/boot/grub/grub.cfg.before-haos')).toContain('linux /boot/vmlinuz');
    expect(await machine.read('ls -A /.base/haos/system')).not.toContain('takeover');
    expect(await machine.read('stat -c %a /haos/system/config.yaml')).toBe('600');
  });
});
