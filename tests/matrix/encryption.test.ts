import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AHCI_BOARD,
  diskArguments,
  MOUNT_MEDIA,
  mediaArguments,
  NETWORK,
  ONLY_DISK,
  sizeDisk,
  stickArguments,
} from '../vm/image.js';
import { extractSystem, packSources, readPartitions } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import {
  describeRunning,
  nameSet,
  nextRelease,
  placeRelease,
  type Release,
  readRelease,
  readRunning,
  readUpgradeStatus,
  waitForHealth,
} from '../vm/release.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const PASSPHRASE = 'correct horse battery staple';
/** A trial has as much time as a busy machine needs. */
const CONFIG = `
hostname: sealed
haos: { password: sesame, labels: { place: K10secret } }
write_files:
  - path: /etc/conf.d/health
    content: limit=3000
`;
const DOWN = '\u001b[B';
const QUESTION = /Passphrase for the data of this node: /;

describe('a node with encrypted data', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  /** Has the next release. */
  const media = join(directory, 'media.squashfs');
  let first: Release;
  let next: Release;
  let machine: Machine;
  let recoveryKey: string;

  const fromDisk = () => [...diskArguments(disk), ...NETWORK];
  /** BIOS tries one disk: the one that is meant. */
  const withMedia = () => [
    ...['-drive', `file=${disk},format=raw,if=none,id=disk,cache=unsafe`],
    ...['-device', 'virtio-blk-pci,drive=disk,bootindex=1'],
    ...mediaArguments(media),
    ...NETWORK,
  ];
  const switchOn = async (name: string, args: readonly string[] = fromDisk()) => {
    machine = await startMachine({ name: `encryption-${name}`, args });
    await machine.expect(QUESTION, 300);
  };
  const answer = async (text: string) => {
    machine.send(text);
    await machine.logIn('sesame');
    await waitForRuntime(machine);
  };
  const restart = async (name: string) => {
    machine.send('reboot');
    await machine.ended(600); // QEMU exits instead of restarting
    await switchOn(name);
  };
  const readEncryption = async () =>
    JSON.parse((await machine.run('haos status --format json')).output).encryption;
  const hasData = async () => (await machine.run('cat /opt/mine /home/rancher/mine')).status === 0;

  beforeAll(async () => {
    const system = extractSystem(directory);
    first = readRelease(system);
    next = nextRelease(first);
    placeRelease(join(directory, 'tree/next'), system, next);
    packSources(media, join(directory, 'tree'));
    sizeDisk(disk, 6000);
    machine = await startMachine({
      name: 'encryption-live',
      memory: 1536,
      args: [...diskArguments(disk), ...stickArguments(), ...NETWORK],
    });
    await machine.logIn();
    await waitForRuntime(machine);
    await machine.read(
      `umask 077; echo '${PASSPHRASE}' >/root/passphrase; cat >/root/config.yaml <<'END'\n${CONFIG}END`,
    );
    const how = `--silent --device ${ONLY_DISK} --config-url /root/config.yaml --encrypt passphrase`;
    expect(
      await machine.run(
        `chmod 644 /root/passphrase; haos install ${how} --passphrase-file /root/passphrase`,
        120,
      ),
    ).toMatchObject({
      status: 5,
      output: expect.stringContaining('other users may read'),
    });
    await machine.read(
      `chmod 600 /root/passphrase; haos install ${how} --passphrase-file /root/passphrase`,
      900,
    );
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('keeps its data if a version is installed over it, which needs the passphrase', async () => {
    const open = 'cryptsetup open --key-file - /dev/disk/by-label/HAOS_DATA kept';
    await machine.read(
      [
        `printf '%s' '${PASSPHRASE}' | ${open} && mount /dev/mapper/kept /mnt`,
        'mkdir -p /mnt/data/opt && echo kept >/mnt/data/opt/kept && umount /mnt && cryptsetup close kept',
      ].join(' && '),
      240,
    );
    const over = (file: string) =>
      machine.run(`haos install --silent --no-format --passphrase-file ${file}; sync`, 900);

    await machine.read("umask 077; echo 'another long passphrase' >/root/another");
    expect(await over('/root/another')).toMatchObject({
      output: expect.stringContaining('the passphrase does not open the data'),
    });
    expect(await over('/root/passphrase')).toMatchObject({
      output: expect.not.stringMatching(/does not open|refused/),
    });
    await machine.stop();
  });

  it('asks again after a wrong passphrase, and starts with the right one', async () => {
    await switchOn('first', withMedia());
    machine.send('another long passphrase');
    await machine.expect(/This passphrase does not open the data/, 600);
    await machine.expect(QUESTION, 60);
    await answer(PASSPHRASE);

    expect(machine.console()).not.toContain(PASSPHRASE);
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
    expect(await readEncryption()).toEqual({
      device: expect.stringMatching(/^\/dev\/vd[ab]2$/), // the other disk has the release
      recoveryKey: 'none',
    });
    const sources = await machine.read(
      'findmnt -nro SOURCE /var; findmnt -nro SOURCE /home; findmnt -nro SOURCE /haos/system',
    );
    expect(sources).toMatch(/^\/dev\/mapper\/haos-data\S*\n\/dev\/mapper\/haos-data\S*\n\/dev\/vd[ab]1/);
    expect(
      await machine.read('stat -Lc %a /haos/system/config.yaml; findmnt -nro OPTIONS /haos/private'),
    ).toMatch(/^600\nro,nosuid,nodev/);
    const audit = await machine.run('haos audit --only mounts --only files');
    expect(audit).toMatchObject({ status: 0, output: expect.not.stringContaining('FAIL') });
    expect(await machine.read('cat /opt/kept')).toBe('kept');
    await machine.read('echo mine | tee /opt/mine >/home/rancher/mine; sync');
  });

  it('makes a recovery key, which is confirmed when it is typed', async () => {
    machine.send('haos encryption recovery-key');
    await machine.expect(/Passphrase of the data.*: /, 600);
    machine.send(PASSPHRASE);
    recoveryKey = await machine.expect(/([cbdefghijklnrtuv]{8}-){7}[cbdefghijklnrtuv]{8}/, 600);
    await machine.expect(/haos encryption confirm/, 600);
    expect(await readEncryption()).toMatchObject({ recoveryKey: 'unconfirmed' });
    machine.send('haos encryption confirm');
    await machine.expect(/Recovery key.*: /, 600);
    machine.send(recoveryKey);
    await machine.expect(/the recovery key is confirmed/, 600);

    expect(await readEncryption()).toMatchObject({ recoveryKey: 'confirmed' });
    const places = '/run/haos /var/log /haos/system /haos/private';
    for (const secret of [recoveryKey, recoveryKey.replaceAll('-', ''), PASSPHRASE])
      expect((await machine.run(`grep -rlF '${secret}' ${places} 2>/dev/null`)).output).toBe('');
  });

  it('opens on another machine with the recovery key, after an upgrade, and grows to a larger disk', async () => {
    await waitForHealth(machine, 900);
    await machine.read(`${MOUNT_MEDIA}; haos upgrade --source /run/media/next; sync`, 900);
    machine.send('poweroff');
    await machine.ended(600);
    sizeDisk(disk, 8000);
    const drive = [
      '-drive',
      `file=${disk},format=raw,if=none,id=disk,cache=unsafe`,
      '-device',
      'ide-hd,drive=disk',
    ];
    await switchOn('moved', [...AHCI_BOARD, ...drive]);
    await answer(recoveryKey.replaceAll('-', ' '));

    expect(await readRunning(machine)).toBe(describeRunning(next));
    expect(await hasData()).toBe(true);
    expect(Number(await machine.read('df --output=size -B1M /var | tail -1'))).toBeGreaterThan(4000);
  });

  it('confirms the new version, and rolls back on request', async () => {
    await waitForHealth(machine, 900);
    expect(await readUpgradeStatus(machine, 240)).toMatchObject({
      running: 'current',
      state: { slot: 'current', good: nameSet(next) },
    });

    await machine.read('haos upgrade rollback; sync');
  });

  it('shows on its disk neither the data nor the configuration', async () => {
    machine.send('poweroff');
    await machine.ended(600);

    const find = (text: string) =>
      execFileSync('sh', ['-c', `grep -c -aF '${text}' ${disk} || true`], { encoding: 'utf8' }).trim();
    expect(find('K10secret')).toBe('0');
    expect(find('HAOS_DATA')).not.toBe('0');
  });

  it('has a new key and no data after a reset, and keeps its configuration', async () => {
    await switchOn('before-reset');
    await answer(PASSPHRASE);
    expect(await readRunning(machine)).toBe(describeRunning(first));
    expect(await hasData()).toBe(true);
    await machine.read('haos reset --yes');
    await restart('reset');
    machine.send(PASSPHRASE);
    await machine.expect(/destroying the key of the data/, 600);
    await machine.logIn('sesame');
    await waitForRuntime(machine);

    expect(await hasData()).toBe(false);
    expect(await machine.read('hostname; ls -A /haos/system')).toMatch(/^sealed\n(?![\s\S]*(reset|factory))/);
    expect(await readEncryption()).toEqual({ device: '/dev/vda2', recoveryKey: 'none' });
    machine.send('poweroff');
    await machine.ended(600);
  });

  it('asks at the rescue entry of the menu, where an empty answer gives a shell without the data', async () => {
    machine = await startMachine({ name: 'encryption-rescue', args: fromDisk() });
    await machine.expect(/HAOS Rescue \(previous\)/, 600);
    machine.send(DOWN.repeat(2));
    await machine.expect(QUESTION, 300);
    machine.send('');
    await machine.expect(/# /, 600);
    await machine.openShell('exec sh');

    expect(
      await machine.read('cat /run/haos/mode; ls /dev/mapper; ls -A /haos/private 2>/dev/null || :'),
    ).toBe('shell\ncontrol');
    await machine.stop();
  });

  it('refuses another volume in the place of its own', async () => {
    const [, start = 0] = readPartitions(disk);
    const descriptor = openSync(disk, 'r+');
    const header = Buffer.alloc(4096);
    readSync(descriptor, header, 0, header.length, start);
    const uuid = header.toString('latin1', 168, 208).replace(/\0.*/, '');
    const foreign = join(directory, 'foreign');
    sizeDisk(foreign, 20);
    execFileSync(
      'cryptsetup',
      [
        ...'luksFormat -q --type luks2 --pbkdf pbkdf2 --cipher aes-cbc-essiv:sha256'.split(' '),
        '--uuid',
        uuid,
        '--key-file=-',
        foreign,
      ],
      { input: PASSPHRASE },
    );
    writeSync(descriptor, readFileSync(foreign).subarray(0, 16 * 1024 * 1024), 0, undefined, start);
    closeSync(descriptor);
    machine = await startMachine({ name: 'encryption-foreign', args: fromDisk() });

    await machine.expect(/is not the volume that HAOS made/, 600);
    await machine.expect(/This is a shell of the initrd/, 600);
    expect(machine.console()).not.toMatch(QUESTION);
  });
});
