import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskArguments, NETWORK } from '../vm/image.js';
import { extractSystem, installOnDisk } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

/** Without a name: the node generates one, and must keep it. */
const CONFIG = 'haos: { password: sesame }\n';

const LOCAL = '/var/lib/rancher/HAOS';

/** What identifies the node. */
const IDENTITY = [
  'hostname',
  'cat /etc/machine-id',
  `ssh-keygen -lf ${LOCAL}/ssh/ssh_host_ed25519_key`,
  'cat /etc/rancher/node/password',
].join('; ');

const DATA = '/var/lib/containerd /var/lib/big/1 /home/rancher/mine /opt/mine /usr/local/mine';

describe('a node in ephemeral mode', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  const start = async (name: string) => {
    machine = await startMachine({
      name: `ephemeral-${name}`,
      args: [...diskArguments(disk), ...NETWORK],
    });
    await machine.logIn('sesame');
    await waitForRuntime(machine);
  };

  beforeAll(async () => {
    const system = extractSystem(directory);
    await installOnDisk(disk, { directory, system, config: CONFIG });
    rmSync(system, { recursive: true });
    await start('first');
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('is the same node without its data at each boot', async () => {
    await machine.read('echo secret >/etc/rancher/node/password');
    await machine.read(`echo 'haos: { labels: { place: shelf } }' >${LOCAL}/config.d/labels.yaml`);
    await machine.read(`mkdir -p /var/lib/big /var/lib/containerd; touch ${DATA}; sync`);
    const identity = await machine.read(IDENTITY);
    await machine.read('haos reset --ephemeral --yes');
    expect(await machine.read(`ls ${DATA}`)).not.toBe('');
    machine.send('reboot');
    await machine.ended(600); // QEMU exits instead of restarting
    await start('again');

    expect(await machine.read(IDENTITY)).toBe(identity);
    expect(await machine.read('cat /etc/rancher/k3s/config.yaml.d/50-haos.yaml')).toContain('place=shelf');
    expect(await machine.run(`ls -d ${DATA} 2>/dev/null`)).toMatchObject({ output: '' });
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
  });
});
