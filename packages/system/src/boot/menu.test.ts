import { createTestHost, type TestHost } from '@haos/host/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { renderGrubConfig } from './grub-config.js';
import { findMenu, renderReplacement, replaceMenu } from './menu.js';

/** The parts of the Go implementation's menu that are recognised. */
const GO_MENU = `set default=0
menuentry "HAOS Current" {
  search.fs_label HAOS_STATE root
  set sqfile=/haos/system/kernel/current/kernel.squashfs
  loopback loop0 /$sqfile
  set root=($root)
  linux (loop0)/vmlinuz printk.devkmsg=on console=tty1 console=ttyS0 apparmor=0 pci=nomsi $extra
  initrd /haos/system/kernel/current/initrd
}
`;

let host: TestHost;
afterEach(() => host.dispose());

function createNode(menu: string, directory = '/host/boot', mounts?: string): TestHost {
  host = createTestHost({
    tree: {
      [`${directory}/grub/grub.cfg`]: menu,
      '/proc/self/mountinfo':
        mounts ??
        `1 0 8:1 / /host/haos/system ro - ext4 /dev/sda1 rw\n2 0 8:1 / ${directory} rw - ext4 /dev/sda1 rw\n`,
    },
    commands: { blkid: { stdout: '0123-ABCD\n' }, mount: {}, ln: {}, sync: {} },
  });
  return host;
}

const find = () => findMenu(host, '/host/haos/system');

/** Replaces the menu of the Go implementation, as an upgrade does. */
async function replace(): Promise<void> {
  const menu = find()!;
  await replaceMenu(host, menu, await renderReplacement(host, menu));
}

describe('a menu of the Go implementation', () => {
  it('is replaced by one that counts, with the same consoles and added arguments', async () => {
    const node = createNode(GO_MENU);

    expect(find()).toMatchObject({ isGo: true, isCounted: false });
    await replace();

    const text = node.files.readText('/host/boot/grub/grub.cfg');
    const words = 'console=tty1 console=ttyS0 pci=nomsi haos.state=UUID=0123-ABCD';
    expect(find()).toMatchObject({ isGo: false, isCounted: true });
    expect(text).toContain(`linux $system/kernel/current/vmlinuz ${words} haos.slot=current $trial\n`);
    expect(text).toContain('serial --unit=0 --speed=9600');
    expect(node.files.readText('/host/boot/grub/grub.cfg.before-haos')).toBe(GO_MENU);
  });

  it('still boots the set of the Go implementation', async () => {
    createNode(GO_MENU);

    expect(await renderReplacement(host, find()!)).toContain(
      [
        '    loopback previous $system/kernel/previous/kernel.squashfs',
        '    linux (previous)/vmlinuz printk.devkmsg=on console=tty1 console=ttyS0 apparmor=0 pci=nomsi haos.slot=previous\n',
      ].join('\n'),
    );
  });

  it('is kept only once', async () => {
    const node = createNode(GO_MENU);
    const text = await renderReplacement(host, find()!);
    await replace();

    await replaceMenu(host, find()!, text);

    expect(node.files.readText('/host/boot/grub/grub.cfg.before-haos')).toBe(GO_MENU);
    expect(find()?.isGo).toBe(false);
  });

  it('is written even if its mount is read-only', async () => {
    const mounts = '1 0 8:1 / /host/.base ro - ext4 /dev/sda1 rw\n';
    const node = createNode(GO_MENU, '/host/.base/boot', mounts);

    await replace();

    expect(node.calls.filter(({ command }) => command === 'mount').map(({ args }) => args)).toEqual([
      ['-o', 'remount,bind,rw', '/host/.base'],
      ['-o', 'remount,bind,ro', '/host/.base'],
    ]);
  });
});

describe('the menu of a node', () => {
  it.each([
    ['counts', true],
    ['does not count', false],
  ])('is kept if HAOS wrote it and it %s', (_title, counts) => {
    createNode(renderGrubConfig({ stateUuid: 'a', counts }), '/host/.base/boot');

    expect(find()).toEqual({ path: '/host/.base/boot/grub/grub.cfg', isCounted: counts, isGo: false });
  });

  it('is not that of another system', () => {
    createNode('menuentry "Debian" {\n  linux /vmlinuz\n}\n');

    expect(find()).toBeUndefined();
    expect(findMenu(host, '/elsewhere')).toBeUndefined();
  });
});
