import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The versions on a node of the Go implementation; its kernel's version is that of Linux alone. */
export const GO_SET = {
  haos: 'v2.1.3-v1.30.0-k3s1',
  k3s: 'v1.30.0+k3s1',
  kernel: '5.15.0-88-generic',
};

/**
 * Its menu, as far as an upgrade uses it: the kernel is inside an image, and the state partition is
 * found by its label. The owner of this node added an argument.
 */
export const GO_MENU = ['current', 'previous']
  .map(
    (slot) => `menuentry "HAOS ${slot === 'current' ? 'Current' : 'Previous'}" {
  search.fs_label HAOS_STATE root
  set sqfile=/haos/system/kernel/${slot}/kernel.squashfs
  loopback loop0 /$sqfile
  set root=($root)
  linux (loop0)/vmlinuz printk.devkmsg=on console=tty1 console=ttyS0 apparmor=0 mitigations=off
  initrd /haos/system/kernel/${slot}/initrd
}
`,
  )
  .join('');

/** Files of the owner and of the node itself, by path below the state partition. */
export const GO_STATE: Readonly<Record<string, string>> = {
  'haos/system/config.yaml': 'write_files: [{ path: /etc/written, content: by the configuration }]\n',
  'haos/data/var/lib/1898andCo/HAOS/config.yaml': 'haos: { password: sesame }\n',
  'haos/data/var/lib/1898andCo/HAOS/hostname': 'kept-by-go\n',
  'haos/data/var/lib/1898andCo/HAOS/node/password': 'of-the-node\n',
  'haos/data/var/lib/precious': 'data\n',
  'haos/data/opt/mine': 'of a person\n',
};

/**
 * Writes the files of a node as the Go implementation installs it, which itself is not available
 * here. `files` are those of its components, below the system directory; by default small ones.
 */
export function writeGoNode(root: string, files: Readonly<Record<string, string>> = SMALL): void {
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode: 0o755 });
  };
  for (const [path, content] of Object.entries(files)) write(`haos/system/${path}`, content);
  for (const [path, content] of Object.entries(GO_STATE)) write(path, content);
  write('boot/grub/grub.cfg', GO_MENU);
  for (const [component, version] of Object.entries(GO_SET)) {
    mkdirSync(join(root, 'haos/system', component, version), { recursive: true });
    symlinkSync(version, join(root, 'haos/system', component, 'current'));
  }
  mkdirSync(join(root, 'sbin'));
  symlinkSync('../haos/system/haos/current/haos', join(root, 'sbin/init'));
}

const SMALL = {
  [`haos/${GO_SET.haos}/haos`]: 'a program with its root inside\n',
  [`k3s/${GO_SET.k3s}/k3s`]: 'k3s\n',
  [`kernel/${GO_SET.kernel}/kernel.squashfs`]: 'a kernel in an image\n',
  [`kernel/${GO_SET.kernel}/initrd`]: 'an initrd\n',
};
