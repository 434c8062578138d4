import { HaosError } from '@haos/host';
import { withCleanUp } from '@haos/host/internal';
import { createTestHost, type ScriptedCommand } from '@haos/host/testing';
import { expect, it, onTestFinished } from 'vitest';
import { openIso } from './iso.js';

const REFUSED: ScriptedCommand = { exitCode: 32 };
const MISSING: ScriptedCommand = () => {
  throw new HaosError('HAOS_COMMAND_NOT_FOUND', 'not there');
};
const RELEASE = { '/tmp/iso/haos/system/haos/v1/rootfs.squashfs': 'image' };

/** Opens an ISO on a machine with these commands; resolves to the visible paths of it. */
function open(commands: Record<string, ScriptedCommand>, content: Readonly<Record<string, string>> = {}) {
  const tree = { '/x.iso': 'iso', ...content };
  const host = createTestHost({ commands: { mount: REFUSED, ...commands }, tree });
  onTestFinished(() => host.dispose());
  const work = () =>
    withCleanUp(async (cleanUp) => {
      const directory = await openIso(host, cleanUp, { iso: '/x.iso', scratch: '/tmp' });
      return Object.keys(host.tree()).filter((path) => path.startsWith(directory));
    });
  return { host, work };
}

it('mounts an ISO, and unmounts it at the end', async () => {
  const { host, work } = open({ mount: {}, umount: {} }, RELEASE);

  expect(await work()).toContain('/tmp/iso/haos/system/haos/v1/rootfs.squashfs');

  expect(host.calls.map(({ command, args }) => [command, ...args].join(' '))).toEqual([
    'mount -t iso9660 -o ro,loop /x.iso /tmp/iso',
    'umount /tmp/iso',
  ]);
  expect(Object.keys(host.tree())).not.toContain('/tmp/iso');
});

it.each([['xorriso'], ['bsdtar'], ['7z'], ['7zz']])(
  'unpacks it with %s if it cannot be mounted',
  async (reader) => {
    const readers = { xorriso: MISSING, bsdtar: MISSING, '7z': MISSING, '7zz': MISSING };
    const { host, work } = open({ ...readers, [reader]: {} }, RELEASE);

    const paths = await work();

    expect(host.calls.at(-1)?.command).toBe(reader);
    // The link exists even if the program did not keep it.
    expect(paths).toContain('/tmp/iso/haos/system/haos/current');
    expect(Object.keys(host.tree())).not.toContain('/tmp/iso');
  },
);

it('restores the link to the generic kernel if there are two', async () => {
  const kernels = ['6.1-cloud-amd64-v1', '6.1-amd64-v1'].map(
    (name) => `/tmp/iso/haos/system/kernel/${name}/vmlinuz`,
  );
  const content = Object.fromEntries(kernels.map((path) => [path, path]));
  const { host, work } = open({ xorriso: {} }, { ...RELEASE, ...content });

  await work();

  expect(host.operations).toContainEqual(
    expect.objectContaining({ path: '/tmp/iso/haos/system/kernel/current', target: '6.1-amd64-v1' }),
  );
});

it('names the missing programs with their packages', async () => {
  const { work } = open({ xorriso: MISSING, bsdtar: MISSING, '7z': MISSING, '7zz': MISSING });

  await expect(work()).rejects.toMatchObject({
    code: 'HAOS_INSTALL_ISO_READER',
    message: expect.stringMatching(/libarchive-tools/),
  });
});

it('refuses any other ISO', async () => {
  await expect(open({ xorriso: {} }, { '/tmp/iso/boot/vmlinuz': 'kernel' }).work()).rejects.toMatchObject({
    code: 'HAOS_INSTALL_ISO',
  });
  await expect(open({ xorriso: { exitCode: 5 } }).work()).rejects.toMatchObject({ code: 'HAOS_INSTALL_ISO' });
});
