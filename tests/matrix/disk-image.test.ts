import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MetadataServer, makeSeedImage, startMetadataServer } from '@haos/cc/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../loop/loop-disk.js';
import { buildDiskImage, expectGrown, startConfigured } from '../vm/disk-image.js';
import { cloudNetwork, EFI, NETWORK } from '../vm/image.js';
import type { Machine } from '../vm/machine.js';
import { readStatus } from '../vm/status.js';

/** What identifies a node, and must be made by each. */
const IDENTITY = [
  'cat /etc/machine-id',
  'ssh-keygen -lf /var/lib/rancher/HAOS/ssh/ssh_host_ed25519_key',
  'cat /etc/iscsi/initiatorname.iscsi',
  'hostname',
];

const DONE = [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }];

describe('two machines with the same disk image', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-image-'));
  const identities: string[][] = [];
  let image: string;
  let machine: Machine;
  let server: MetadataServer | undefined;

  const readIdentity = async () => {
    const found: string[] = [];
    for (const command of IDENTITY) found.push(await machine.read(command));
    return found;
  };

  beforeAll(() => {
    image = buildDiskImage('qcow2');
  });

  afterAll(async () => {
    await machine.stop();
    await server?.close();
    rmSync(directory, { recursive: true });
  });

  it('the first boots with BIOS on a larger disk, configured by a drive', async () => {
    const [disk, seed] = [join(directory, 'first.qcow2'), join(directory, 'seed.iso')];
    must('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', image, '-F', 'qcow2', disk, '6G');
    machine = await startConfigured('disk-image-bios', {
      args: ['-drive', `file=${disk},format=qcow2,if=virtio,cache=unsafe`, ...NETWORK],
      deliver: (userData) => {
        writeFileSync(seed, makeSeedImage({ userData }));
        return ['-cdrom', seed];
      },
    });

    expect(await readStatus(machine)).toMatchObject({
      mode: 'disk',
      phases: DONE,
      dataSources: { sources: [{ name: 'cdrom', status: 'user-data' }] },
    });
    expect(await machine.run('ls -d /sys/firmware/efi')).toMatchObject({ status: 2 });
    await expectGrown(machine);
    identities.push(await readIdentity());
    await machine.stop();
  });

  it('the second boots with EFI on a larger disk, configured by the service of a cloud', async () => {
    const disk = join(directory, 'second.raw');
    must('qemu-img', 'convert', '-O', 'raw', image, disk);
    must('truncate', '--size', '6G', disk);
    machine = await startConfigured('disk-image-efi', {
      args: [...EFI, '-drive', `file=${disk},format=raw,if=virtio,cache=unsafe`],
      deliver: async (userData) => {
        server = await startMetadataServer('aws', { instanceId: 'i-1', userData });
        // The cloud that the firmware names has a minute to answer, which an emulated machine may need.
        const firmware = ['-smbios', 'type=1,manufacturer=Amazon EC2'];
        return [...cloudNetwork(directory, Number(new URL(server.url).port)), ...firmware];
      },
    });

    expect(await readStatus(machine)).toMatchObject({
      mode: 'disk',
      phases: DONE,
      dataSources: {
        sources: [
          { name: 'cdrom', status: 'none' },
          { name: 'aws', status: 'user-data' },
        ],
      },
    });
    expect(await machine.read('ls -d /sys/firmware/efi')).toBe('/sys/firmware/efi');
    await expectGrown(machine);
    identities.push(await readIdentity());
  });

  it('have no identity in common', () => {
    const [first = [], second = []] = identities;

    for (const [index, command] of IDENTITY.entries()) {
      expect(first[index], command).toMatch(/\S/);
      expect(first[index], command).not.toBe(second[index]);
    }
  });
});
