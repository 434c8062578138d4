import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MetadataServer, makeSeedImage, startMetadataServer } from '@haos/cc/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudNetwork, diskArguments, netbootArguments } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { readStatus, waitForRuntime } from './status.js';

const USER_DATA = `#cloud-config
write_files:
  - path: /etc/from-user-data
    content: delivered
boot_cmd:
  - touch /run/boot-cmd-ran
run_cmd:
  - echo "at runtime" >>/run/run-cmd-ran
`;
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJhm9YcxEnJoyLcZc2YpYBXjXbM4LuT5vQ3y1Vqj8aBc cloud';

/** The kernel arguments may belong to any phase, so an initrd phase runs. */
const DONE = ['initrd 0', 'boot 0', 'runtime 0'];

async function boot(name: string, options: { network?: string[]; drive: string[] }): Promise<Machine> {
  const cmdline = 'haos.mode=live haos.data_source=cdrom haos.data_source=aws';
  const args = [...netbootArguments(cmdline, undefined, options.network), ...options.drive];
  const machine = await startMachine({ name, args });
  await machine.logIn();
  await waitForRuntime(machine);
  return machine;
}

describe('a drive that has only metadata, and a cloud', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-cloud-'));
  let server: MetadataServer;
  let machine: Machine;

  beforeAll(async () => {
    const drive = join(directory, 'drive');
    writeFileSync(join(directory, 'meta-data'), 'local-hostname: named-by-drive\n');
    execFileSync('mformat', ['-C', '-i', drive, '-f', '1440', '-v', 'cidata', '::']);
    execFileSync('mcopy', ['-i', drive, join(directory, 'meta-data'), '::']);
    server = await startMetadataServer('aws', {
      hostname: 'named-by-cloud',
      instanceId: 'i-1',
      sshKeys: [KEY],
      userData: USER_DATA,
    });
    const network = cloudNetwork(directory, Number(new URL(server.url).port));
    // The cloud that the firmware names has a minute to answer, which an emulated machine may need.
    const firmware = ['-smbios', 'type=1,manufacturer=Amazon EC2'];
    machine = await boot('data-sources-cloud', { network, drive: [...diskArguments(drive), ...firmware] });
  });

  afterAll(async () => {
    await machine.stop();
    await server.close();
    rmSync(directory, { recursive: true });
  });

  it('are queried in this order', async () => {
    const { phases, dataSources } = await readStatus(machine);

    expect(phases.map(({ phase, exitStatus }) => `${phase} ${exitStatus}`)).toEqual(DONE);
    expect(dataSources).toMatchObject({
      state: 'done',
      sources: [
        { name: 'cdrom', status: 'metadata' },
        { name: 'aws', status: 'user-data' },
      ],
    });
  });

  it('provide user data byte for byte, readable by root only', async () => {
    expect(await machine.read('cat /run/config/userdata')).toBe(USER_DATA.trimEnd());
    expect(await machine.read('stat -c "%a %s" /run/config/userdata')).toBe(`600 ${USER_DATA.length}`);
  });

  it('take effect in the runtime phase, once', async () => {
    expect(await machine.read('cat /run/run-cmd-ran /etc/from-user-data')).toBe('at runtime\ndelivered');
    expect(await machine.run('test -e /run/boot-cmd-ran')).toMatchObject({ status: 1 });
  });

  it('set the host name of the first, and allow a login with the key of the second', async () => {
    expect(await machine.read('hostname')).toBe('named-by-drive');
    expect(await machine.read('cat /home/rancher/.ssh/authorized_keys')).toContain(KEY);
  });

  it('were queried with a token', () => {
    expect(server.requests[0]).toMatchObject({ method: 'PUT', path: '/latest/api/token' });
  });
});

describe('a disc with user data', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-disc-'));
  let machine: Machine;

  beforeAll(async () => {
    const disc = join(directory, 'cidata.iso');
    writeFileSync(disc, makeSeedImage({ hostname: 'named-by-disc', userData: USER_DATA }));
    machine = await boot('data-sources-disc', { drive: ['-cdrom', disc] });
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('configures the machine, and no other source is queried', async () => {
    const { phases, dataSources } = await readStatus(machine);

    expect(phases.map(({ phase, exitStatus }) => `${phase} ${exitStatus}`)).toEqual(DONE);
    expect(dataSources?.sources).toMatchObject([{ name: 'cdrom', status: 'user-data' }]);
    expect(await machine.read('cat /run/run-cmd-ran; hostname')).toBe('at runtime\nnamed-by-disc');
  });
});
