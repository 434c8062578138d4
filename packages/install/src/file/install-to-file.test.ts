import { HaosError } from '@haos/host';
import { createTestHost, type ScriptedCommand, type TestHostOptions } from '@haos/host/testing';
import { expect, it, onTestFinished } from 'vitest';
import { installToFile } from './install-to-file.js';

const SYSTEM = {
  '/haos/system/haos/v1/rootfs.squashfs': 'root',
  '/haos/system/haos/v1/haos': 'launcher',
  '/haos/system/haos/current': { link: 'v1' },
  '/haos/system/kernel/6-v1/kernel.squashfs': 'kernel',
  '/haos/system/kernel/6-v1/vmlinuz': 'kernel',
  '/haos/system/kernel/6-v1/initrd': 'initrd',
  '/haos/system/kernel/current': { link: '6-v1' },
};
const MISSING: ScriptedCommand = () => {
  throw new HaosError('HAOS_COMMAND_NOT_FOUND', 'not there');
};

async function refuse(path: string, { tree, ...options }: TestHostOptions) {
  const host = createTestHost({ tree: { '/out/kept': 'kept', ...tree }, ...options });
  const before = Object.keys(host.tree());
  onTestFinished(() => host.dispose());
  const { status, checks } = await installToFile({ host, file: { path } });
  expect(status).toBe('refused');
  const isOurs = (name: string) => name.includes('.partial') && !before.includes(name);
  expect(Object.keys(host.tree()).filter(isOurs)).toEqual([]);
  return checks.filter(({ ok }) => !ok);
}

it.each([
  ['exists', '/out/node.raw', { '/out/node.raw': 'kept' }, 'already exists'],
  ['is a link to nothing', '/out/node.raw', { '/out/node.raw': { link: '/none' } }, 'already exists'],
  [
    'has a file of a person beside it',
    '/out/node.raw',
    { '/out/node.raw.partial': 'kept' },
    'already exists',
  ],
  ['has no known ending', '/out/node.vdi', {}, 'does not say its format'],
  ['is in no directory', '/none/node.raw', {}, 'the directory /none/ does not exist'],
])('refuses a file that %s', async (_title, path, tree, message) => {
  expect(await refuse(path, { tree })).toMatchObject([
    { id: 'file', message: expect.stringContaining(message) },
  ]);
});

it('names the program that a format needs', async () => {
  const found = await refuse('/out/node.vhd', { tree: SYSTEM, commands: { 'qemu-img': MISSING } });

  expect(found).toMatchObject([{ id: 'converter', hint: expect.stringContaining('qemu-utils') }]);
});

it('needs a system to install', async () => {
  expect(await refuse('/out/node.raw', {})).toMatchObject([{ id: 'image' }]);
});
