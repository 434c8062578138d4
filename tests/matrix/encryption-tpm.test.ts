import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveHost } from '@haos/host';
import { makeSecureBootKeys } from '@haos/system/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPcrKey, signingForTpm } from '../../os/src/pcr-signature.js';
import { signEfi } from '../../os/src/secure-boot-key.js';
import { must } from '../loop/loop-disk.js';
import { buildStep } from '../vm/build-step.js';
import {
  diskArguments,
  MOUNT_MEDIA,
  mediaArguments,
  NETWORK,
  ONLY_DISK,
  secureBootArguments,
  sizeDisk,
  stickArguments,
} from '../vm/image.js';
import { makeDirectory, packSources } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { nameSet, readRelease, waitForHealth } from '../vm/release.js';
import { waitForRuntime } from '../vm/status.js';
import { type SoftwareTpm, startTpm } from '../vm/swtpm.js';

const PASSPHRASE = 'correct horse battery staple';
/** A trial has as much time as a busy machine needs. */
const CONFIG = `
hostname: sealed
haos: { password: sesame }
write_files:
  - path: /etc/conf.d/health
    content: limit=3000
`;
const NEXT = 'v9.0.0';

/** Seconds until a login, on a busy machine. */
const BOOT = 1200;

const QUESTION = /Passphrase for the data of this node: /;
const SEALED = /The TPM opens the data from the next start on/;

describe('a node whose data the TPM opens', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const [disk, media, keys, others] = ['disk', 'media.squashfs', 'keys', 'others'].map((name) =>
    join(directory, name),
  ) as [string, string, string, string];
  /** The sets of the installed release and of the next one, as `nameSet` writes them. */
  let first: string;
  let next: string;
  let machine: Machine;
  let tpm: SoftwareTpm | undefined;

  /** Signs a program for EFI with the db key, and a boot image with a PCR key and a floor before. */
  const sign = (from: string, to: string, { floor = 0, pcrKeys = keys } = {}) => {
    const db = { key: join(keys, 'db.key'), certificate: join(keys, 'db.crt') };
    const signForFirmware = (program: string, signed: string) => signEfi(program, signed, db);
    signingForTpm(signForFirmware, readPcrKey(join(pcrKeys, 'pcr.key')), floor)(from, to);
  };

  /** Switches on a machine with a firmware and a TPM of its own, by the names of their directories. */
  const switchOn = async (
    name: string,
    { firmware = 'firmware', chip = 'tpm' }: { firmware?: string; chip?: string },
    ...drives: (readonly string[])[]
  ) => {
    await switchOff();
    tpm = await startTpm(join(directory, chip));
    const args = [
      ...secureBootArguments(makeDirectory(join(directory, firmware))),
      ...[...tpm.args, ...drives.flat(), ...mediaArguments(media), ...NETWORK],
    ];
    const memory = name === 'live' ? 1536 : 1024;
    machine = await startMachine({ name: `encryption-tpm-${name}`, args, memory, canRestart: true });
  };
  const switchOff = async () => {
    await machine?.stop();
    await tpm?.stop();
    tpm = undefined;
  };
  /** The disk of a machine whose changes are forgotten. */
  const copyOfDisk = () =>
    diskArguments(disk).map((word) => word.replace('format=raw', 'format=raw,snapshot=on'));

  const logIn = async () => {
    await machine.logIn('sesame');
    await waitForRuntime(machine);
    await machine.read(MOUNT_MEDIA);
  };
  /** Restarts the machine, which has to start without a question. */
  const restart = async () => {
    const { length } = machine.console();
    machine.send('reboot');
    await logIn();
    expect(machine.console().slice(length)).not.toMatch(QUESTION);
  };
  const expectQuestion = async (reason: string) => {
    await machine.expect(new RegExp(`The TPM does not open the data: ${reason}\\.`), BOOT);
    await machine.expect(QUESTION, 60);
  };
  const readStatus = async () =>
    JSON.parse((await machine.run('haos status --format json')).output) as {
      encryption: { device: string };
      kubernetes: unknown;
    };
  const readSet = () => machine.read('cat /run/haos/set');
  /** Asks the TPM for the key as early boot does; returns the number of its bytes. */
  const askForKey = async () => {
    const { device } = (await readStatus()).encryption;
    const steps = `enter_initrd; can_use_tpm && read_token ${device} && choose_key && unseal | wc -c`;
    return machine.read(`sh -c 'set -f; . /usr/lib/haos/boot/tpm.sh; ${steps}'`);
  };

  beforeAll(async () => {
    for (const target of [keys, others]) await makeSecureBootKeys(liveHost(), { directory: target });
    const tree = makeDirectory(join(directory, 'tree'));
    const enrolled = makeDirectory(join(tree, 'keys'));
    for (const name of ['PK.auth', 'KEK.auth', 'db.auth'])
      copyFileSync(join(keys, name), join(enrolled, name));
    writeFileSync(join(tree, 'config.yaml'), CONFIG);
    const uki = buildStep('uki');
    sign(join(uki, 'cloud/boot.efi'), join(tree, 'haos-boot-amd64.efi'), { floor: 1 });
    sign(join(uki, 'loader.efi'), join(tree, 'haos-loader-amd64.efi'));
    const release = join(tree, 'release');
    const version = ['--version', NEXT];
    must('cp', '-a', join(buildStep('system', 'amd64', version), 'haos/system'), release);
    const nextImage = join(buildStep('uki', 'amd64', version), 'cloud/boot.efi');
    sign(nextImage, join(release, 'haos-boot-amd64.efi'), { floor: 2 });
    sign(nextImage, join(tree, 'low.efi'));
    sign(nextImage, join(tree, 'foreign.efi'), { floor: 2, pcrKeys: others });
    first = nameSet(readRelease(join(buildStep('system'), 'haos/system')));
    next = nameSet(readRelease(release));
    packSources(media, tree);
    sizeDisk(disk, 6000);
    // Empty, which is the setup mode.
    for (const name of ['firmware', 'setup-mode'])
      copyFileSync(
        '/usr/share/OVMF/OVMF_VARS_4M.fd',
        join(makeDirectory(join(directory, name)), 'variables.fd'),
      );
    await switchOn('live', {}, stickArguments(), diskArguments(disk));
    await machine.logIn();
    await waitForRuntime(machine);
    await machine.read(`${MOUNT_MEDIA}; umask 077; echo '${PASSPHRASE}' >/root/passphrase`);
    const what = `--device ${ONLY_DISK} --config-url /run/media/config.yaml --boot-image /run/media/`;
    const how = '--encrypt both --passphrase-file /root/passphrase --enroll-keys /run/media/keys';
    expect(await machine.run(`haos install --silent ${what} ${how}; sync`, 1800)).toMatchObject({
      output: expect.stringContaining('the keys are enrolled'),
    });
    await switchOn('node', {}, diskArguments(disk));
  });

  afterAll(async () => {
    await switchOff();
    rmSync(directory, { recursive: true });
  });

  it('asks for the passphrase at its first start, and gives the TPM a key', async () => {
    await machine.expect(QUESTION, BOOT);
    expect(machine.console()).not.toContain('The TPM does not open the data');
    machine.send(PASSPHRASE);
    await machine.expect(SEALED, 600);
    await logIn();

    expect(await readSet()).toBe(first);
    expect((await readStatus()).encryption).toEqual({
      device: expect.stringMatching(/^\/dev\/vd[ab]3$/), // the other disk has the releases
      recoveryKey: 'none',
      tpm: { hasKey: true, floor: { current: 1 } },
    });
    expect(machine.console()).not.toContain(PASSPHRASE);
  });

  it('starts without a question then, and gives the key to no program', async () => {
    await restart();

    expect(await askForKey()).toBe('0');
    expect(await machine.read('cat /run/haos/tpm.log')).toMatch(/Unable to run \w*policyauthorize/);
    await machine.read('echo strict >/run/haos/hardening'); // the checks are only for such nodes
    const { status, output } = await machine.run('haos audit --only trust.encryption');
    expect(output).toContain('encrypted, with a passphrase and the TPM, from floor 1 on');
    expect(status).toBe(0);
  });

  it('starts without a question after an upgrade to a version with the same PCR key', async () => {
    const { output } = await machine.run(
      'haos upgrade --source /run/media/release --boot-image /run/media/low.efi',
      600,
    );
    expect(output).toContain('its floor is 0, not at least 1');
    await machine.read('haos upgrade --source /run/media/release', 900);
    await restart();

    expect(await readSet()).toBe(next);
    expect(await machine.read('cat /run/haos/tpm-floor')).toMatch(/^1 2$|^2$/); // before the confirmation, or after
    await waitForHealth(machine, 900);
    expect((await readStatus()).encryption).toMatchObject({ tpm: { hasKey: true, floor: { current: 2 } } });
  });

  it('asks at the version before, once the new one and its floor are confirmed', async () => {
    expect(await machine.read('haos upgrade rollback')).toContain('the console will ask');
    machine.send('reboot');
    await expectQuestion('this version is below the floor: a later one was confirmed');
    machine.send(PASSPHRASE);
    await machine.expect(/the TPM gets no key of the data: this version is below the floor/, 600);
    await logIn();
    expect(await readSet()).toBe(first);
    await machine.read('haos upgrade rollback');
    await restart();

    expect(await readSet()).toBe(next);
    expect((await readStatus()).encryption).toMatchObject({ tpm: { hasKey: true, floor: { current: 2 } } });
    machine.send('poweroff');
    await machine.ended(600);
  });

  it('asks if Secure Boot is off, and keeps the key', async () => {
    await switchOn('setup-mode', { firmware: 'setup-mode' }, copyOfDisk());

    await expectQuestion('Secure Boot is off, or the firmware takes new keys');
    machine.send(PASSPHRASE);
    await machine.expect(/the TPM gets no key of the data: Secure Boot is off/, 600);
  });

  it('asks if it has another TPM or a cleared one, whose key opens the data then', async () => {
    copyFileSync(
      join(directory, 'firmware/variables.fd'),
      join(makeDirectory(join(directory, 'moved')), 'variables.fd'),
    );
    await switchOn('moved', { firmware: 'moved', chip: 'other-tpm' }, copyOfDisk());

    const reason = 'this is another TPM than before, or it was cleared';
    await expectQuestion(reason);
    machine.send(PASSPHRASE);
    await machine.expect(SEALED, 600);
    await logIn();
    expect((await readStatus()).encryption).toMatchObject({ tpm: { hasKey: true, refusal: reason } });
  });

  it('does not start a k3s that was changed', async () => {
    await machine.read(
      [
        'mount -o remount,bind,rw /haos/system',
        'echo >>"$(readlink -f /usr/sbin/k3s)"',
        'sync',
        'mount -o remount,bind,ro /haos/system',
      ].join(' && '),
    );
    await restart();

    expect((await readStatus()).kubernetes).toMatchObject({
      state: 'held',
      reason: expect.stringContaining('is not the k3s that was signed with the boot image'),
    });
  });

  it('asks if another PCR key signed the boot image', async () => {
    await machine.read(
      [
        'mount -o remount,rw /run/haos/esp',
        'cp /run/media/foreign.efi /run/haos/esp/EFI/Linux/haos-2-*.efi',
        'sync',
        'mount -o remount,ro /run/haos/esp',
      ].join(' && '),
    );
    machine.send('reboot');

    await expectQuestion('another PCR key than before signed this boot image');
  });
});
