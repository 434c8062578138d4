import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { netbootArguments } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { readStatus, waitForRuntime } from './status.js';

describe('kernel and initrd alone, without an argument', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await startMachine({ name: 'netboot', args: netbootArguments('') });
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(() => machine.stop());

  it('runs live', async () => {
    expect(await readStatus(machine)).toMatchObject({
      mode: 'live',
      phases: [{ exitStatus: 0 }, { exitStatus: 0 }],
    });
  });

  it('has the components read-only, and the modules of its kernel', async () => {
    expect(await machine.run('touch /haos/system/probe')).toMatchObject({ status: 1 });
    expect(await machine.read('ls /usr/lib/modules')).toBe(await machine.read('uname -r'));
  });

  it('leaves half of 1 GiB of memory to others', async () => {
    const available = await machine.read("awk '/^MemAvailable:/ { print $2 }' /proc/meminfo");

    expect(Number(available)).toBeGreaterThan(512 * 1024);
  });

  it('restarts on request', async () => {
    machine.send('reboot');
    await machine.ended(600); // QEMU exits instead of restarting
  });
});

describe('rescue', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await startMachine({ name: 'rescue', args: netbootArguments('rescue haos.mode=live') });
    await machine.expect(/root@\S+:.*# /, 600);
    await machine.openShell('stty -echo; PS1= exec sh');
  });

  afterAll(() => machine.stop());

  it('is a root shell, regardless of the configuration, and applies nothing', async () => {
    expect(await machine.read('id -u')).toBe('0');
    expect(await readStatus(machine)).toEqual({ mode: 'shell', phases: [] });
  });
});
