import { expect, it } from 'vitest';
import { createTestHost } from '../testing.js';
import { withWritable } from './writable.js';

const MOUNTS = {
  '/proc/self/mountinfo': [
    '20 1 8:1 / / rw - ext4 /dev/vda1 rw',
    '21 20 8:1 / /.base rw - ext4 /dev/vda1 rw',
    '22 20 8:1 /haos/system /haos/system ro - ext4 /dev/vda1 rw\n',
  ].join('\n'),
};

it('makes a mount point writable only during the work, even if the work fails', async () => {
  const host = createTestHost({ tree: MOUNTS, commands: { mount: {} } });
  const done = () => host.calls.map(({ args }) => args.join(' '));

  const work = withWritable(host, '/haos/system', () => {
    expect(done()).toEqual(['-o remount,bind,rw /haos/system']);
    throw new Error('work');
  });

  await expect(work).rejects.toThrow('work');
  expect(done()).toEqual(['-o remount,bind,rw /haos/system', '-o remount,bind,ro /haos/system']);
  host.dispose();
});

it('keeps the other options of the mount point', async () => {
  const limited = MOUNTS['/proc/self/mountinfo'].replace('/haos/system ro', '/haos/system ro,nosuid,nodev');
  const host = createTestHost({ tree: { '/proc/self/mountinfo': limited }, commands: { mount: {} } });

  await withWritable(host, '/haos/system', () => {});

  expect(host.calls.map(({ args }) => args[1])).toEqual([
    'remount,bind,rw,nosuid,nodev',
    'remount,bind,ro,nosuid,nodev',
  ]);
  host.dispose();
});

it('reports why the work failed, even if the mount point cannot become read-only again', async () => {
  const mount = ({ args }: { args: readonly string[] }) => {
    if (args[1]?.endsWith('ro')) throw new Error('busy');
    return {};
  };
  const host = createTestHost({ tree: MOUNTS, commands: { mount } });
  const run = (work: () => Promise<void>) => withWritable(host, '/haos/system', work);

  await expect(run(() => Promise.reject(new Error('work')))).rejects.toThrow('work');
  await expect(run(() => Promise.resolve())).rejects.toThrow('busy');
  host.dispose();
});

it('does not remount a writable mount point', async () => {
  const host = createTestHost({ tree: MOUNTS });

  expect(await withWritable(host, '/.base', () => 1)).toBe(1);
  host.dispose();
});
