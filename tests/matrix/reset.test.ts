import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeContainerDisk } from '../vm/container-disk.js';
import { containerDiskArguments, expectContainers, startContainerd } from '../vm/containers.js';
import { diskArguments, NETWORK } from '../vm/image.js';
import { extractSystem, installOnDisk } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

/** Without a name: the node generates one, and must keep it. */
const CONFIG = `
haos:
  password: sesame
  labels: { place: rack }
`;

const LOCAL = '/var/lib/rancher/HAOS';

const MACHINE_ID = 'cat /etc/machine-id';
const HOST_KEY = `ssh-keygen -lf ${LOCAL}/ssh/ssh_host_ed25519_key`;
const PASSWORD = 'cat /etc/rancher/node/password';

/** What identifies the node. */
const IDENTITY = ['hostname', MACHINE_ID, HOST_KEY, PASSWORD].join('; ');

const DATA = '/var/lib/containerd /var/lib/big/1 /home/rancher/mine /opt/mine /usr/local/mine';

describe('a node that is reset', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let containers: string[];
  let machine: Machine;
  let identity: string;

  const switchOn = async (name: string) => {
    const args = [...diskArguments(disk), ...containers, ...NETWORK];
    machine = await startMachine({ name: `reset-${name}`, args });
  };
  const start = async (name: string) => {
    await switchOn(name);
    await machine.logIn('sesame');
    await waitForRuntime(machine);
  };
  const restart = async () => {
    machine.send('reboot');
    await machine.ended(600); // QEMU exits instead of restarting
  };
  const readIdentity = () => machine.read(IDENTITY);
  const readLabels = () => machine.read("grep -o 'place=[a-z]*' /etc/rancher/k3s/config.yaml.d/50-haos.yaml");
  const writeData = async () => {
    await machine.read('mkdir -p /var/lib/big && cd /var/lib/big && seq 1 5000 | xargs touch');
    await machine.read(`mkdir -p /var/lib/containerd; touch ${DATA}; sync`);
  };

  beforeAll(async () => {
    const system = extractSystem(directory);
    await installOnDisk(disk, { directory, system, config: CONFIG });
    rmSync(system, { recursive: true });
    containers = containerDiskArguments(await makeContainerDisk());
    await start('first');
    await machine.read('echo secret >/etc/rancher/node/password');
    await machine.read(`echo 'haos: { labels: { place: shelf } }' >${LOCAL}/config.d/labels.yaml`);
    await writeData();
    identity = await readIdentity();
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('ran containers, whose layers are on its disk', async () => {
    await startContainerd(machine);

    await expectContainers(machine);
    expect(await machine.read('findmnt -no SOURCE --target /var/lib/containerd')).toMatch(/^\/dev\/vda1/);
  });

  it('asks before a reset, and can cancel it', async () => {
    expect(await machine.run('haos reset </dev/null')).toMatchObject({ status: 2 });
    await machine.read('haos reset --yes && haos reset --cancel');
    expect(await machine.read('ls /haos/system')).not.toMatch(/factory-reset|ephemeral/);
  });

  it('is as after its installation if the power is cut during the reset', async () => {
    await writeData();
    await machine.read('haos reset --yes');
    await restart();
    await switchOn('cut');
    await machine.expect(/deleting the data of this node, as haos reset requested/, 600);
    await machine.stop();
    await start('after-cut');

    expect(identity).not.toContain(await machine.read(MACHINE_ID));
    expect(identity).not.toContain(await machine.read(HOST_KEY));
    expect(await machine.run(PASSWORD)).toMatchObject({ status: 1 });
    expect(await readLabels()).toBe('place=rack');
    expect(await machine.run(`ls -d ${DATA} 2>/dev/null`)).toMatchObject({ output: '' });
    expect(await machine.read('ls /.base/haos; ls /haos/system')).not.toMatch(
      /data\.|factory-reset|ephemeral/,
    );
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
  });
});
