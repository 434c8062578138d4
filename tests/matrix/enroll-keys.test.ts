import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROGRAM } from '../blackbox/haos.js';
import { must } from '../loop/loop-disk.js';
import { buildStep } from '../vm/build-step.js';
import {
  diskArguments,
  MOUNT_MEDIA,
  mediaArguments,
  NETWORK,
  ONLY_DISK,
  secureBootArguments,
  stickArguments,
} from '../vm/image.js';
import { installOnDisk, makeDirectory, packSources } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { waitForRuntime } from '../vm/status.js';

const CONFIG = 'hostname: enrolled\nhaos: { password: sesame }\n';

const OWN = { PK: [{ name: 'Owner PK' }], KEK: [{ name: 'Owner KEK' }], db: [{ name: 'Owner db' }] };

/** What starts the disk. */
const PROGRAMS = [
  { path: 'EFI/BOOT/BOOTX64.EFI', isTrusted: true },
  { path: expect.stringMatching(/^EFI\/Linux\/haos-1-[^+]+\.efi$/), isTrusted: true },
];

describe('a machine whose firmware is in setup mode', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const [disk, media, keys] = ['disk', 'media.squashfs', 'keys'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  let machine: Machine;

  const start = async (name: string, ...drives: (readonly string[])[]) => {
    await machine?.stop();
    const args = [...secureBootArguments(directory), ...drives.flat(), ...NETWORK];
    machine = await startMachine({ name: `enroll-keys-${name}`, args });
  };
  const readSecureBoot = async () => {
    const { output } = await machine.run('haos secureboot status --format json');
    return JSON.parse(output) as Record<string, unknown>;
  };
  const enroll = () => machine.run('haos secureboot enroll /run/media/keys --yes');

  beforeAll(async () => {
    execFileSync(process.execPath, [PROGRAM, 'secureboot', 'keys', keys, '--name', 'Owner'], {
      stdio: 'pipe',
    });
    const tree = makeDirectory(join(directory, 'tree'));
    const copied = makeDirectory(join(tree, 'keys'));
    for (const name of ['PK.auth', 'KEK.auth', 'db.auth']) copyFileSync(join(keys, name), join(copied, name));
    const key = ['--key', join(keys, 'db.key'), '--cert', join(keys, 'db.crt')];
    const uki = buildStep('uki');
    must('sbsign', ...key, '--output', join(tree, 'haos-boot-amd64.efi'), join(uki, 'cloud/boot.efi'));
    must('sbsign', ...key, '--output', join(tree, 'haos-loader-amd64.efi'), join(uki, 'loader.efi'));
    writeFileSync(join(tree, 'config.yaml'), CONFIG);
    packSources(media, tree);
    const system = join(buildStep('system'), 'haos/system');
    await installOnDisk(disk, { directory, system, config: CONFIG, firmware: 'efi' });
    // Empty, which is the setup mode.
    copyFileSync('/usr/share/OVMF/OVMF_VARS_4M.fd', join(directory, 'variables.fd'));
    await start('live', stickArguments(), diskArguments(disk), mediaArguments(media));
    await machine.logIn();
    await machine.read(MOUNT_MEDIA);
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('runs live, and its status says that it takes keys', async () => {
    expect(await machine.read('cat /run/haos/mode')).toBe('live');
    expect(await readSecureBoot()).toMatchObject({
      firmware: 'ready',
      secureBoot: false,
      setupMode: true,
      keys: { PK: [], KEK: [], db: [] },
      next: expect.stringContaining('haos secureboot enroll'),
    });
  });

  it('takes no keys with which the disk would not boot', async () => {
    const { status, output } = await enroll();

    expect(output).toContain('with these keys the firmware would refuse EFI/BOOT/BOOTX64.EFI on /dev/vd');
    expect(status).toBe(5);
    expect(await readSecureBoot()).toMatchObject({ setupMode: true, keys: { PK: [], KEK: [], db: [] } });
  });

  it('installs a signed boot image and systemd-boot, without questions', async () => {
    const options = `--device ${ONLY_DISK} --config-url /run/media/config.yaml --boot-image /run/media/`;

    const { status, output } = await machine.run(`haos install --silent ${options}`, 1200);
    expect(output).toContain('HAOS v');
    expect(status).toBe(0);
  });

  it('takes the keys then, and no others later', async () => {
    const { status, output } = await enroll();
    expect(output).toContain('the keys are enrolled');
    expect(status).toBe(0);

    expect(await readSecureBoot()).toMatchObject({
      setupMode: false,
      keys: OWN,
      programs: PROGRAMS,
    });
    const again = await enroll();
    expect(again.output).toContain('the firmware is not in setup mode');
    expect(again.status).toBe(5);
    await machine.read('sync');
  });

  it('does not start the ISO any more', async () => {
    await start('iso', stickArguments());

    await machine.expect(/failed to load Boot\w+ .*: Access Denied/, 600);
    expect(machine.console()).not.toMatch(/Linux version|GRUB/);
  });

  it('starts the signed boot image, with Secure Boot on', async () => {
    await start('disk', diskArguments(disk));
    await machine.logIn('sesame');
    await waitForRuntime(machine);

    expect(await readSecureBoot()).toMatchObject({
      secureBoot: true,
      setupMode: false,
      keys: OWN,
      programs: PROGRAMS,
      next: 'Nothing.',
    });
    expect(await machine.read('cat /sys/kernel/security/lockdown')).toContain('[integrity]');
  });
});
