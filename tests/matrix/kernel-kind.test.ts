import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIso } from '../../scripts/live-iso.js';
import { diskArguments, NETWORK } from '../vm/image.js';
import { extractSystem, installOnDisk, packSources } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';
import { waitForHealth } from '../vm/release.js';
import { waitForRuntime } from '../vm/status.js';

const CONFIG = 'hostname: kinds\nhaos: { password: sesame }\n';

/** Makes the components those of another release: `v9.0.0` instead of their own version. */
function makeNewer(system: string): void {
  const version = readlinkSync(join(system, 'haos/current'));
  for (const component of ['haos', 'kernel']) {
    const directory = join(system, component);
    const current = readlinkSync(join(directory, 'current'));
    for (const name of readdirSync(directory).filter((name) => name !== 'current'))
      renameSync(join(directory, name), join(directory, name.replace(version, 'v9.0.0')));
    rmSync(join(directory, 'current'));
    symlinkSync(current.replace(version, 'v9.0.0'), join(directory, 'current'));
  }
}

/** Uses a whole release, which has both kernels. */
describe('a node with the cloud kernel', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  const releases = join(directory, 'releases.squashfs');
  let machine: Machine;

  const start = async (name: string) => {
    const sources = ['-drive', `file=${releases},format=raw,if=virtio,readonly=on`];
    const args = [...diskArguments(disk), ...sources, ...NETWORK];
    machine = await startMachine({ name: `kernel-kind-${name}`, memory: 512, args });
    await machine.logIn('sesame');
    await waitForRuntime(machine);
    await machine.read('mkdir -p /run/media && mount /dev/vdb /run/media');
  };
  const restart = async (name: string) => {
    machine.send('reboot');
    await machine.ended(600); // QEMU exits instead of restarting
    await start(name);
  };

  beforeAll(async () => {
    const iso = await buildIso(ROOT, ['--no-k3s']);
    const system = extractSystem(directory, iso);
    await installOnDisk(disk, { directory, system, config: CONFIG, kernelKind: 'cloud' });
    makeNewer(system);
    const tree = join(directory, 'releases');
    execFileSync('mkdir', [tree]);
    renameSync(system, join(tree, 'both'));
    packSources(releases, tree);
    await start('installed');
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('has only that kernel, although the release has both', async () => {
    expect(await machine.read('uname -r; ls -d /haos/system/kernel/*amd64*')).toMatch(
      /^\S+-cloud-amd64\n\/haos\/system\/kernel\/\S+-cloud-amd64-v\S+$/,
    );
  });

  it('keeps its kind when it is upgraded', async () => {
    await waitForHealth(machine);
    const upgrade = 'haos upgrade --source /run/media/both --format json';
    expect(await machine.run(upgrade, 480)).toMatchObject({ status: 0 });
    await restart('upgraded');

    expect(await machine.read('uname -r; cat /run/haos/kernel-version')).toMatch(
      /^\S+-cloud-amd64\n\S+-cloud-amd64-v9\.0\.0$/,
    );
    expect(await machine.read('haos upgrade status')).toContain('cloud-amd64-v9.0.0');
  });

  it('changes its kind only on request, and boots the other kernel', async () => {
    await waitForHealth(machine);
    expect(await machine.run('haos upgrade --source /run/media/both', 480)).toMatchObject({ status: 0 });
    const change = 'haos upgrade --source /run/media/both --kernel-kind generic';
    expect(await machine.run(change, 480)).toMatchObject({ status: 0 });
    await restart('generic');

    expect(await machine.read('uname -r')).toMatch(/\d-amd64$/);
    expect(await machine.read('lsmod | grep -c ^virtio_net')).toBe('1');
  });
});
