import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../loop/loop-disk.js';
import { withOwnKeys } from '../vm/efi-variables.js';
import { diskArguments, NETWORK, secureBootArguments } from '../vm/image.js';
import { extractSystem, installOnDisk, readPartitions } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const CONFIG = 'hostname: trusted\nhaos: { password: sesame }\n';

/** Arguments that would give a shell, a login without a password, or another root. */
const ATTACK = 'rescue rdinit=/bin/sh haos.mode=live';

/** The program that the firmware starts. */
const PROGRAM = '::/EFI/BOOT/BOOTX64.EFI';

const tsx = (...args: string[]) =>
  execFileSync(join(ROOT, 'node_modules/.bin/tsx'), args, { cwd: ROOT, encoding: 'utf8' });

/**
 * Returns the place of the last table of a squashfs, which a mount reads: its superblock has the
 * number of used bytes at 40 (Documentation/filesystems/squashfs.rst of the kernel).
 */
const endOfTables = (image: Buffer) => Number(image.readBigUInt64LE(40)) - 8;

describe('a machine with keys of its owner', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  const release = join(directory, 'release');
  const [keys, others] = [join(directory, 'keys'), join(directory, 'others')];
  const signed = join(release, 'haos-boot-amd64.efi');
  let unsigned: string;
  let machine: Machine;

  /** Returns where the partitions of the disk begin, in bytes: that of EFI, and the state partition. */
  const partitions = () => {
    const [efi = 0, state = 0] = readPartitions(disk);
    return { efi, state };
  };
  const place = (program: string) =>
    must('mcopy', '-i', `${disk}@@${partitions().efi}`, '-o', program, PROGRAM);
  const start = async (name: string) => {
    writeFileSync(
      join(directory, 'variables.fd'),
      withOwnKeys(readFileSync('/usr/share/OVMF/OVMF_VARS_4M.fd'), keys, ATTACK),
    );
    const args = [...secureBootArguments(directory), ...diskArguments(disk), ...NETWORK];
    await machine?.stop();
    machine = await startMachine({ name: `own-keys-${name}`, memory: 768, args });
  };
  /** Changes one byte of the file with the root image on the disk. */
  const flip = (position: (image: Buffer) => number) => {
    const mountPoint = join(directory, 'state');
    mkdirSync(mountPoint, { recursive: true });
    must('mount', '-o', `loop,offset=${partitions().state}`, disk, mountPoint);
    try {
      const image = join(mountPoint, 'haos/system/haos/current/rootfs.squashfs');
      const bytes = readFileSync(image);
      const offset = position(bytes);
      bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset);
      writeFileSync(image, bytes);
    } finally {
      must('umount', mountPoint);
    }
  };
  /** Returns a copy of the signed program with another byte in a section. */
  const changed = (section: string): string => {
    const [, , , , , offset = ''] =
      must('objdump', '--section-headers', '--wide', signed)
        .split('\n')
        .map((line) => line.trim().split(/\s+/).slice(1))
        .find(([name]) => name === section) ?? [];
    const bytes = readFileSync(signed);
    const place = Number.parseInt(offset, 16) + 16;
    bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
    const copy = join(directory, `changed${section}.efi`);
    writeFileSync(copy, bytes);
    return copy;
  };

  /** Returns what the kernel verifies the root image against. */
  const readTable = async () => {
    const table = await machine.read('dmsetup table haos-rootfs');
    const [, blocks, hash = '', salt = ''] = / (\d+) \d+ sha256 (\w+) (\w+)/.exec(table) ?? [];
    return { blocks: Number(blocks), hash, salt };
  };

  beforeAll(async () => {
    tsx('os/src/make-keys.ts', keys);
    tsx('os/src/make-keys.ts', others);
    const build = ['os/src/main.ts', '--kernel', 'cloud', '--k3s', 'tests/vm/k3s-stand-in'];
    const key = ['--boot-key', join(keys, 'db.key'), '--boot-cert', join(keys, 'db.crt')];
    tsx(...build, ...key, '--output', release);
    const made =
      tsx(...build, '--only', 'uki')
        .trim()
        .split('\n')
        .at(-1) ?? '';
    unsigned = join(made, 'cloud/boot.efi');
    const system = extractSystem(directory, join(release, 'haos-amd64.iso'));
    await installOnDisk(disk, { directory, system, config: CONFIG, firmware: 'efi' });
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it.each([
    ['GRUB and shim, which Debian and Microsoft signed', 'shim', () => undefined],
    ['a boot image without a signature', 'unsigned', () => place(unsigned)],
    [
      'a boot image with the signature of another owner',
      'others',
      () => {
        const program = join(directory, 'others.efi');
        const key = ['--key', join(others, 'db.key'), '--cert', join(others, 'db.crt')];
        must('sbsign', ...key, '--output', program, unsigned);
        place(program);
      },
    ],
    ['a boot image with another initrd', 'initrd', () => place(changed('.initrd'))],
    ['a boot image with other kernel arguments', 'cmdline', () => place(changed('.cmdline'))],
    ['a boot image with another kernel', 'linux', () => place(changed('.linux'))],
  ])(
    'does not start %s',
    async (_title, name, prepare) => {
      prepare();
      await start(name);

      await machine.expect(/failed to load Boot0000.*: Access Denied/, 600);
      expect(machine.console()).not.toMatch(/Linux version|GRUB/);
    },
    300_000,
  );

  it('says so and restarts if the root image is another one', async () => {
    place(signed);
    flip(() => 100);
    await start('image');

    await machine.expect(/rootfs.squashfs differs from the image that was signed/, 600);
    await machine.expect(/The machine restarts in 30 s/, 30);
    await machine.ended(600);
    expect(machine.console()).not.toMatch(/login:/);
    flip(() => 100);
  });

  it('stops when it reads a block that was changed', async () => {
    flip(endOfTables);
    await start('block');

    await machine.expect(/device-mapper: verity: .* data block \d+ is corrupted/, 600);
    await machine.expect(/Kernel panic - not syncing: dm-verity device corrupted/, 600);
    await machine.ended(600);
    flip(endOfTables);
  });

  describe('with the boot image of its owner', () => {
    beforeAll(async () => {
      place(signed);
      await start('signed');
      await machine.logIn('sesame');
      await waitForRuntime(machine);
    });

    it('runs as usual', async () => {
      expect(await readStatus(machine)).toMatchObject({
        mode: 'disk',
        phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
      });
      expect(await machine.read('cat /sys/kernel/security/lockdown')).toContain('[integrity]');
      await machine.read('modprobe wireguard');
    });

    it('ignores the arguments in the boot entry of the firmware', async () => {
      const words = await machine.read('cat /proc/cmdline');

      expect(words).toContain('console=');
      for (const word of ATTACK.split(' ')) expect(words).not.toContain(word);
    });

    it('verifies the root image and that of the modules, and says so', async () => {
      expect(await machine.read('findmnt -no SOURCE /usr; findmnt -no SOURCE /run/haos/kernel')).toBe(
        '/dev/mapper/haos-rootfs\n/dev/mapper/haos-kernel',
      );
      const { hash } = await readTable();
      const { output } = await machine.run('haos status --format json');
      expect(JSON.parse(output)).toMatchObject({ secureBoot: true, rootHash: hash });
      const found = `verified, root hash ${hash}`;
      expect(await machine.read('haos status | grep "root image"')).toContain(found);
      const audit = await machine.run('haos audit --only trust.root-image --format json');
      expect(JSON.parse(audit.output).results).toMatchObject([{ id: 'trust.root-image', found }]);
    });

    it('has an image of which another program says the same', async () => {
      const { blocks, hash, salt } = await readTable();
      const file = join(directory, 'system/haos/current/rootfs.squashfs');
      const options = ['verify', '--no-superblock', `--data-blocks=${blocks}`, `--salt=${salt}`];
      must('veritysetup', ...options, `--hash-offset=${blocks * 4096}`, file, file, hash);
    });

    it('is not upgraded to a version that it would refuse', async () => {
      const next = 'haos/v9.0.0/rootfs.squashfs';
      await machine.read(
        `cd /var/local && mkdir -p haos/v9.0.0 && touch ${next} && ln -s v9.0.0 haos/current`,
      );

      const { status, output } = await machine.run('haos upgrade --rootfs --source /var/local');

      expect(output).toContain('the signed boot image of this node would refuse another version of haos');
      expect(status).not.toBe(0);
    });
  });
});
