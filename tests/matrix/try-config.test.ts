import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retry } from '../kubernetes/cluster.js';
import { diskArguments, NETWORK } from '../vm/image.js';
import { extractSystem, installOnDisk } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { waitForRuntime } from '../vm/status.js';

const CONFIG = 'hostname: tried\nhaos: {password: sesame}\n';
const FILE = '/var/lib/rancher/HAOS/config.d/50-net.yaml';
const RECORD = '/var/lib/rancher/HAOS/config-try.json';

/** An address of another network: nobody reaches the node any more. */
const LOST = 'haos: {network: [{interface: eth0, addresses: [192.0.2.9/24], ipv6: disabled}]}';
const VLAN = 'haos: {network: [{interface: storage, vlan: 7, parent: eth0, addresses: [192.0.2.9/24]}]}';

const ADDRESS = 'ip -o -4 address show dev eth0';

describe('a network that is not confirmed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  const start = async (name: string) => {
    machine = await startMachine({ name: `try-config-${name}`, args: [...diskArguments(disk), ...NETWORK] });
    await machine.logIn('sesame');
    await waitForRuntime(machine);
    await retry(machine, `${ADDRESS} | grep 'inet 10[.]0[.]2[.]'`, 300);
  };
  const attempt = (text: string) =>
    machine.read(`echo '${text}' | haos config put 50-net.yaml --apply --try 30s`);

  const expectReverted = async () => {
    expect((await machine.run('ip link show dev storage')).status).not.toBe(0);
    expect((await machine.run(`test -e ${FILE}`)).status).not.toBe(0);
    expect(await machine.read(`cat ${RECORD}`)).toMatch(/"state":"reverted".*"previous":null/);
  };

  beforeAll(async () => {
    const system = extractSystem(directory);
    await installOnDisk(disk, { directory, system, config: CONFIG });
    rmSync(system, { recursive: true });
    await start('first');
  });

  afterAll(async () => {
    await machine?.stop();
    rmSync(directory, { recursive: true });
  });

  it('is there for a while, and the node restores the one before it', async () => {
    await attempt(LOST);
    await retry(machine, `${ADDRESS} | grep 192[.]0[.]2[.]9`, 300);
    expect(await machine.read(ADDRESS)).not.toContain('inet 10.0.2.');

    await retry(machine, `${ADDRESS} | grep 'inet 10[.]0[.]2[.]'`, 300);

    await machine.read('ping -c 1 -W 5 10.0.2.2');
    await retry(machine, `grep -q '"state":"reverted"' ${RECORD}`, 300);
    expect((await machine.run(`test -e ${FILE}`)).status).not.toBe(0);
    expect(await machine.read('haos config status')).toContain('config.d/50-net.yaml was reverted');
  });

  it('takes its VLAN away by a reboot', async () => {
    await attempt(VLAN);
    await retry(machine, 'ip link show dev storage', 300);

    await machine.ended(400); // QEMU exits instead of restarting
    await start('second');

    await expectReverted();
  });

  it('comes back after a crash as well', async () => {
    await attempt(VLAN);
    machine.send('sync; reboot -f');
    await machine.ended(600);
    await start('third');

    await expectReverted();
    expect(await machine.read('haos config status')).toContain('it was not confirmed before the node booted');
  });
});
