import type { Architecture } from './architecture.js';

/** The first serial line of each architecture. */
const SERIAL: Readonly<Record<Architecture, string>> = { amd64: 'ttyS0', arm64: 'ttyAMA0' };

/**
 * Returns the script with which iPXE boots a release over the network. It names its files relative
 * to itself (ipxe.org/cfg/cwuri). The variable `arguments` adds kernel arguments, if it is set.
 * `named`: what the files have in their names before the architecture, such as `cloud-`.
 */
export function renderIpxeScript(architecture: Architecture, named: string): string {
  const initrd = `haos-initrd-${named}${architecture}`;
  const consoles = `console=${SERIAL[architecture]},115200 console=tty1`;
  return [
    '#!ipxe',
    '# Boots HAOS live. To install: set arguments haos.mode=install ..., before chaining to this.',
    // With EFI, the kernel finds its initrd by this name.
    `kernel haos-vmlinuz-${named}${architecture} initrd=${initrd} printk.devkmsg=on loglevel=4 ${consoles} \${arguments}`,
    `initrd ${initrd}`,
    'boot',
    '',
  ].join('\n');
}
