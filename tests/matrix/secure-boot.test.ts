import {
  copyFileSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  diskArguments,
  NETWORK,
  ONLY_DISK,
  secureBootArguments,
  sizeDisk,
  stickArguments,
} from '../vm/image.js';
import { extractSystem, makeDirectory, packSources } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { waitForHealth } from '../vm/release.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const CONFIG = 'hostname: secure\nhaos: { password: sesame }\n';

/** Versions of the cloud kernel on the second disk, each in a directory with its name. */
const SIGNED = 'signed-cloud-amd64-v9.0.0';
const CHANGED = 'changed-cloud-amd64-v9.1.0';

/** Makes a disk with two versions of the kernel: Debian's, and the same with one other byte. */
function writeKernels(directory: string): string {
  const system = extractSystem(directory);
  const kernel = join(system, 'kernel/current');
  const tree = join(directory, 'kernels');
  for (const version of [SIGNED, CHANGED]) {
    const target = makeDirectory(join(tree, version, 'kernel', version));
    symlinkSync(version, join(tree, version, 'kernel/current'));
    for (const name of ['initrd', 'kernel.squashfs']) linkSync(join(kernel, name), join(target, name));
    copyFileSync(join(kernel, 'vmlinuz'), join(target, 'vmlinuz'));
  }
  const vmlinuz = join(tree, CHANGED, 'kernel', CHANGED, 'vmlinuz');
  const bytes = readFileSync(vmlinuz);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(vmlinuz, bytes);
  const image = join(directory, 'kernels.squashfs');
  packSources(image, tree);
  rmSync(system, { recursive: true });
  return image;
}

describe('a machine with Secure Boot, as it is delivered', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let kernels: string;
  let machine: Machine;

  const start = async (name: string) => {
    const media = ['-drive', `file=${kernels},format=raw,if=virtio,readonly=on`];
    const args = [...secureBootArguments(directory), ...diskArguments(disk), ...media, ...NETWORK];
    machine = await startMachine({ name: `secure-boot-${name}`, memory: 768, args });
  };
  const logIn = async () => {
    await machine.logIn('sesame');
    await waitForRuntime(machine);
  };
  const upgrade = async (version: string) => {
    await machine.read('mkdir -p /run/media && mount /dev/vdb /run/media');
    await machine.read(
      `haos upgrade --source /run/media/${version} --destination /haos/system --kernel`,
      300,
    );
    machine.send('reboot');
    await machine.ended(600);
  };
  const readKernel = () => machine.read('cat /run/haos/kernel-version');

  beforeAll(async () => {
    kernels = writeKernels(directory);
    sizeDisk(disk, 3000);
    const args = [...secureBootArguments(directory), ...diskArguments(disk), ...stickArguments(), ...NETWORK];
    machine = await startMachine({ name: 'secure-boot-live', args });
    await machine.logIn();
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('boots the ISO to a login', async () => {
    expect(await machine.read('cat /run/haos/mode')).toBe('live');
    expect(await machine.read('cat /sys/kernel/security/lockdown')).toContain('[integrity]');
  });

  it('installs on a disk', async () => {
    await machine.read(`printf '%s' '${CONFIG}' >/tmp/config.yaml`);
    const install = `haos install --silent --device ${ONLY_DISK} --config-url /tmp/config.yaml --tty ttyS0`;
    expect(await machine.read(install, 480)).toMatch(/HAOS \S+ is on \/dev\/vd/);
    await machine.stop();
  });

  it('boots from that disk, and its status says that Secure Boot is on', async () => {
    await start('disk');
    await logIn();

    expect(await readStatus(machine)).toMatchObject({
      mode: 'disk',
      phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
    });
    const { output } = await machine.run('haos status --format json');
    expect(JSON.parse(output)).toMatchObject({ secureBoot: true });
    expect(await machine.read('cat /sys/kernel/security/lockdown')).toContain('[integrity]');
  });

  it('boots a new version', async () => {
    await upgrade(SIGNED);
    await start('upgraded');
    await logIn();

    expect(await readKernel()).toBe(SIGNED);
    // Until then it is on trial, and takes no other version.
    await waitForHealth(machine);
  });

  it('refuses a kernel that differs from the one that Debian signed, and boots the previous version', async () => {
    await upgrade(CHANGED);
    await start('changed');
    await machine.expect(/bad shim signature/, 600);
    await logIn();

    expect(await readKernel()).toBe(SIGNED);
  });
});
