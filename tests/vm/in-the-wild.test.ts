import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initrdWith, netbootArguments } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { readStatus, waitForRuntime } from './status.js';

/** What configurations in the wild do. */
const IN_THE_WILD = `
write_files:
  - path: /var/lib/connman/default.config
    content: |
      [service_eth0]
      Type=ethernet
      IPv4=10.0.2.77/255.255.255.0/10.0.2.2
      Nameservers=10.0.2.3
  - path: /etc/conf.d/net-online
    content: timeout=20
init_cmd:
  - ip link show dev eth0 >/run/init-command
boot_cmd:
  - rc-update del cron default
`;

describe('what configurations in the wild do', () => {
  const initrd = initrdWith({ 'haos/system/config.yaml': IN_THE_WILD });
  let machine: Machine;

  beforeAll(async () => {
    machine = await startMachine({
      name: 'in-the-wild',
      args: netbootArguments('haos.mode=live', initrd.path),
    });
    await machine.logIn(240);
    await waitForRuntime(machine, 120);
  }, 420_000);

  afterAll(async () => {
    await machine.stop();
    initrd.remove();
  });

  it('has no failure', async () => {
    expect((await readStatus(machine)).phases.map(({ exitStatus }) => exitStatus)).toEqual([0, 0, 0]);
  });

  it('gives the address of a service file of connman', async () => {
    expect(await machine.read('ip -o -4 address show dev eth0')).toMatch(/inet 10\.0\.2\.77\/24/);
  });

  it('finds eth0 in init_cmd', async () => {
    expect(await machine.read('cat /run/init-command')).toMatch(/: eth0: /);
  });

  it('takes a service out of its runlevel in boot_cmd', async () => {
    expect(await machine.run('rc-service cron status')).not.toMatchObject({ status: 0 });
    expect(await machine.read('rc-update show default')).not.toMatch(/cron/);
  });
});
