import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../loop/loop-disk.js';
import { buildStep } from '../vm/build-step.js';
import { withOwnKeys } from '../vm/efi-variables.js';
import { diskArguments, NETWORK, secureBootArguments } from '../vm/image.js';
import { installOnDisk, makeDirectory, packSources } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';
import { nameSet, readRelease, readUpgradeStatus, waitForHealth } from '../vm/release.js';
import { waitForRuntime } from '../vm/status.js';

/** A trial has as much time as a busy machine needs. */
const CONFIG = `
hostname: trusted
haos: { password: sesame }
write_files:
  - path: /etc/conf.d/health
    content: limit=3000
`;
const NEXT = 'v9.0.0';

/** Seconds until a login, on a busy machine. */
const BOOT = 1200;

describe('a machine with keys of its owner that systemd-boot starts', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const [disk, sources, keys] = ['disk', 'sources.squashfs', 'keys'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  /** The sets of the installed release and of the next one, as `nameSet` writes them. */
  let first: string;
  let next: string;
  let machine: Machine;

  const makeKeys = (target: string) =>
    execFileSync(join(ROOT, 'node_modules/.bin/tsx'), [join(ROOT, 'os/src/make-keys.ts'), target]);
  const sign = (from: string, to: string, by = keys) =>
    must('sbsign', '--key', join(by, 'db.key'), '--cert', join(by, 'db.crt'), '--output', to, from);

  const logIn = async () => {
    await machine.logIn('sesame');
    await waitForRuntime(machine);
    await machine.read('mkdir -p /run/media && mount /dev/vdb /run/media');
  };
  const restart = async () => {
    machine.send('reboot');
    await logIn();
  };
  const readStatus = () => readUpgradeStatus(machine, 240);
  /** Returns the files of systemd-boot, without the set in their names. */
  const readEntries = async () =>
    (await machine.read('ls /run/haos/esp/EFI/Linux'))
      .split('\n')
      .map((name) => name.replace(/^(haos-\d+)-[^+]*?(\+.*)?\.efi$/, '$1$2'));
  const readSet = () => machine.read('cat /run/haos/set');
  /** Changes a byte of the next release's root image that a mount reads: its last table. */
  const flip = () =>
    machine.read(
      [
        `image=/haos/system/haos/${NEXT}/rootfs.squashfs`,
        'offset=$(($(od -An -j 40 -N 8 -t u8 $image) - 8))',
        'byte=$(od -An -j $offset -N 1 -t u1 $image)',
        'mount -o remount,bind,rw /haos/system',
        `printf "\\\\$(printf %03o $((byte ^ 1)))" | dd of=$image bs=1 seek=$offset conv=notrunc 2>/dev/null`,
        'sync',
        'mount -o remount,bind,ro /haos/system',
      ].join('\n'),
    );

  beforeAll(async () => {
    makeKeys(keys);
    makeKeys(join(directory, 'others'));
    const system = join(buildStep('system'), 'haos/system');
    const tree = makeDirectory(join(directory, 'tree'));
    must(
      'cp',
      '-a',
      join(buildStep('system', 'amd64', ['--version', NEXT]), 'haos/system'),
      join(tree, 'release'),
    );
    [first, next] = [system, join(tree, 'release')].map((path) => nameSet(readRelease(path))) as [
      string,
      string,
    ];
    const uki = buildStep('uki');
    const nextImage = join(buildStep('uki', 'amd64', ['--version', NEXT]), 'cloud/boot.efi');
    sign(nextImage, join(tree, 'release/haos-boot-amd64.efi'));
    sign(nextImage, join(tree, 'others.efi'), join(directory, 'others'));
    const [loader, image] = [join(directory, 'haos-loader-amd64.efi'), join(tree, 'first.efi')];
    sign(join(uki, 'loader.efi'), loader);
    // With a second signature it is another file.
    sign(loader, join(tree, 'release/haos-loader-amd64.efi'));
    sign(join(uki, 'cloud/boot.efi'), image);
    const bootImage = join(directory, 'haos-boot-amd64.efi');
    copyFileSync(image, bootImage);
    await installOnDisk(disk, { directory, system, config: CONFIG, firmware: 'efi', bootImage });
    packSources(sources, tree);
    const variables = withOwnKeys(readFileSync('/usr/share/OVMF/OVMF_VARS_4M.fd'), keys, '');
    writeFileSync(join(directory, 'variables.fd'), variables);
    machine = await startMachine({
      name: 'own-keys-upgrade',
      memory: 768,
      args: [
        ...secureBootArguments(directory),
        ...diskArguments(disk),
        ...['-drive', `file=${sources},format=raw,if=virtio,readonly=on`],
        ...NETWORK,
      ],
      canRestart: true,
    });
    await logIn();
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('runs the installed release, without a trial', async () => {
    expect(await readSet()).toBe(first);
    expect(await machine.read('cat /run/haos/words')).toBe('haos.slot=current');
    expect(await machine.read('findmnt -no OPTIONS /run/haos/esp')).toMatch(/^ro,nosuid,nodev,noexec,/);
    expect(await readEntries()).toEqual(['haos-1']);
    expect(await readStatus()).toMatchObject({ running: 'current', state: { slot: 'current' } });
  });

  it('refuses boot images that would not start the next release', async () => {
    for (const [image, message] of [
      ['others.efi', 'is not signed with a key that the firmware trusts'],
      ['first.efi', 'not v9.0.0'],
    ] as const) {
      const options = `--source /run/media/release --boot-image /run/media/${image}`;
      const { status, output } = await machine.run(`haos upgrade ${options}`, 600);
      expect(output).toContain(message);
      expect(status).toBe(5);
    }
    expect(await readEntries()).toEqual(['haos-1']);
  });

  it('tries a release, and confirms it when it is healthy', async () => {
    await machine.read('haos upgrade --source /run/media/release', 900);
    expect(await readEntries()).toEqual(['haos-1', 'haos-2+2']);
    await machine.read('cmp /run/haos/esp/EFI/BOOT/BOOTX64.EFI /run/media/release/haos-loader-amd64.efi');
    expect(await readStatus()).toMatchObject({
      running: 'previous',
      state: { slot: 'current', trial: next, tries: 2 },
    });
    await restart();

    expect(await readSet()).toBe(next);
    expect(await machine.read('cat /run/haos/words')).toBe('haos.trial\nhaos.slot=current');
    await waitForHealth(machine, 900);
    expect(await readEntries()).toEqual(['haos-1', 'haos-2']);
    expect(await readStatus()).toMatchObject({ running: 'current', state: { slot: 'current', good: next } });
    expect(await machine.read('findmnt -no OPTIONS /run/haos/esp')).toMatch(/^ro,/);
  });

  it('rolls back on request, and a second time', async () => {
    await machine.read('haos upgrade rollback');
    expect(await readEntries()).toEqual(['haos-1', 'haos-2+0-2']);
    expect(await readStatus()).toMatchObject({
      running: 'current',
      state: { slot: 'previous', failed: next },
    });

    await machine.read('haos upgrade rollback');
    expect(await readEntries()).toEqual(['haos-1', 'haos-2']);
    expect(await readStatus()).toMatchObject({ running: 'current', state: { slot: 'current' } });
  });

  it('does not restart for ever if a confirmed release was damaged', async () => {
    await flip();

    machine.send('reboot');
    await machine.expect(/Kernel panic - not syncing: dm-verity device corrupted/, BOOT);
    await machine.expect(/rootfs.squashfs differs from the image that was signed/, BOOT);
    await machine.expect(/The other version starts next. The machine restarts in 30 s/, 600);
    await logIn();

    expect(await readSet()).toBe(first);
    expect(await machine.read('cat /run/haos/words')).toBe('haos.slot=previous');
    expect(await readEntries()).toEqual(['haos-1', 'haos-2+0-2']);
    expect(await readStatus()).toMatchObject({
      running: 'previous',
      state: { slot: 'previous', failed: next },
    });
    const again = await machine.run('haos upgrade --source /run/media/release', 600);
    expect(again.output).toContain('this version failed here before');
  });

  it('tries a damaged release twice, and returns to the one before', async () => {
    await machine.read('haos upgrade forget');
    await machine.read('haos upgrade --source /run/media/release', 900);
    expect(await readEntries()).toEqual(['haos-1', 'haos-3+2']);
    await flip();

    machine.send('reboot');
    await machine.expect(/Kernel panic - not syncing: dm-verity device corrupted/, BOOT);
    await machine.expect(/This version is on trial: the machine restarts/, BOOT);
    await logIn();

    expect(await readSet()).toBe(first);
    expect(await readEntries()).toEqual(['haos-1', 'haos-3+0-2']);
    expect(await readStatus()).toMatchObject({
      running: 'previous',
      state: { slot: 'previous', failed: next },
    });
  });
});
