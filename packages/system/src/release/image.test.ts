import { createHash } from 'node:crypto';
import { createTestHost, type TestHost } from '@haos/host/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { findImage, verifyImage } from './image.js';

const FILES: Readonly<Record<string, string>> = {
  'haos/v1/rootfs.squashfs': 'root',
  'kernel/6.1-v1/kernel.squashfs': 'modules',
  'kernel/6.1-v1/vmlinuz': 'kernel',
  'kernel/6.1-v1/initrd': 'initrd',
};
const SUMS = Object.entries(FILES)
  .map(([path, content]) => `${createHash('sha256').update(content).digest('hex')}  ./${path}\n`)
  .join('');

let host: TestHost;
afterEach(() => host.dispose());

/** Returns a host with an image in which these files replace its own; undefined removes a file. */
function createImage(changes: Readonly<Record<string, string | undefined>> = {}): TestHost {
  const files = { ...FILES, 'sha256sum.txt': SUMS, ...changes };
  const present = Object.entries(files).filter(([, content]) => content !== undefined);
  host = createTestHost({
    tree: {
      ...Object.fromEntries(present.map(([path, content]) => [`/image/${path}`, content ?? ''])),
      '/image/haos/current': { link: 'v1' },
      '/image/kernel/current': { link: '6.1-v1' },
    },
  });
  return host;
}

describe('an image', () => {
  it('is found with its versions and its size, even without k3s', async () => {
    const { check, image } = findImage(createImage(), '/image');

    expect(check).toMatchObject({ ok: true, message: 'HAOS v1, no k3s' });
    expect(image).toEqual({ directory: '/image', set: { haos: 'v1', kernel: '6.1-v1' }, size: 23 });
    expect(await verifyImage(host, image!)).toMatchObject({ id: 'checksums', ok: true });
  });

  it('is found with a kernel of either kind, and not with one that it lacks', () => {
    const cloud = Object.fromEntries(
      ['kernel.squashfs', 'vmlinuz', 'initrd'].map((file) => [`kernel/6.1-cloud-amd64-v1/${file}`, 'c']),
    );
    const both = createImage(cloud);

    expect(findImage(both, '/image').image?.set.kernel).toBe('6.1-v1');
    expect(findImage(both, '/image', 'generic').image?.set.kernel).toBe('6.1-v1');
    expect(findImage(both, '/image', 'cloud').image).toMatchObject({
      set: { haos: 'v1', kernel: '6.1-cloud-amd64-v1' },
      size: 7,
    });
    host.dispose();
    expect(findImage(createImage(), '/image', 'cloud').check).toMatchObject({
      ok: false,
      message: '/image has no cloud kernel, only the generic one',
      hint: expect.stringContaining('haos install --kernel generic'),
    });
  });

  it.each([
    ['without a directory', '/none', {}],
    ['without a component', '/image', { 'kernel/6.1-v1/vmlinuz': undefined }],
  ])('is not found %s', (_title, directory, changes) => {
    const { check, image } = findImage(createImage(changes), directory);

    expect(check).toMatchObject({ id: 'image', ok: false });
    expect(image).toBeUndefined();
  });

  it.each([
    ['a file differs', { 'kernel/6.1-v1/initrd': 'initrD' }],
    ['a file is not in the list', { 'haos/v1/more': '' }],
    ['there is no list', { 'sha256sum.txt': undefined }],
    ['the list is empty', { 'sha256sum.txt': '' }],
  ])('is not verified when %s', async (_title, changes) => {
    const { image } = findImage(createImage(changes), '/image');

    expect(await verifyImage(host, image!)).toMatchObject({ id: 'checksums', ok: false });
  });
});
