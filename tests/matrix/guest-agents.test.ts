import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GuestAgent } from '../../scripts/guest-agent.js';
import { isoArguments } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { waitForRuntime } from '../vm/status.js';

/** Its firmware names VMware. QEMU answers some calls of VMware's, but none from a program. */
const VMWARE = ['-smbios', 'type=1,manufacturer=VMware,, Inc.,product=VMware Virtual Platform'];

const AGENTS = [
  'vmtoolsd',
  'vmware-rpctool',
  'vmware-toolbox-cmd',
  'hv_kvp_daemon',
  'hv_vss_daemon',
  'qemu-ga',
];

describe('guest agents', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  let machine: Machine;
  let agent: GuestAgent;

  beforeAll(async () => {
    const socket = join(directory, 'agent');
    agent = await GuestAgent.listen(socket);
    const args = [...isoArguments(), ...VMWARE, ...GuestAgent.arguments(socket)];
    machine = await startMachine({ name: 'guest-agents', args });
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(async () => {
    agent.close();
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it.each(AGENTS)('%s has every library that it needs', async (name) => {
    expect(await machine.read(`ldd $(command -v ${name})`)).not.toContain('not found');
  });

  it('the plugins of vmtoolsd have theirs', async () => {
    const list = await machine.read('ldd /usr/lib/*-linux-gnu/open-vm-tools/plugins/vmsvc/*.so');

    expect(list).toContain('libguestInfo.so:');
    expect(list).not.toContain('not found');
  });

  it('that of VMware is started where the firmware names VMware, and sees that it is QEMU', async () => {
    expect(await machine.run('vmware-checkvm 2>&1')).toMatchObject({
      status: 1,
      output: expect.stringContaining('must be run inside a virtual machine on a VMware hypervisor'),
    });
    await machine.read("until grep -q 'vmtoolsd.*exited' /var/log/messages; do sleep 1; done");
    expect(await machine.run('pgrep vmtoolsd')).toMatchObject({ status: 1 });
  });

  it('those of Hyper-V are not started without its channels', async () => {
    expect(await machine.run('pgrep hv_')).toMatchObject({ status: 1 });
    expect(await machine.run('rc-service hv-kvp-daemon status')).not.toMatchObject({ status: 32 });
  });

  it('that of QEMU switches the machine off', async () => {
    await agent.ready(120);
    agent.shutDown();
    await machine.ended(600);
  });
});
