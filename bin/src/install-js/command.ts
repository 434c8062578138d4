import { command } from '../command.js';
import {
  BOOT_IMAGE,
  DEBUG,
  FORCE_EFI,
  INSECURE,
  KERNEL,
  NO_BOOTLOADER,
  SHA256,
  TTY,
} from '../install/common-options.js';
import { FORMAT } from '../options.js';

/** `install.js`: installs HAOS from another Linux. */
export const installJs = command({
  name: 'install.js',
  summary: 'install HAOS on a disk of a machine that runs another Linux',
  description:
    'DEVICE is a whole disk; everything on it will be lost. ISO is a file or a URL; a directory, or ' +
    'a URL with a slash at its end, is a release with the ISO for this machine. Checks everything ' +
    'before the first write. Does not restart the machine. Mounts the ISO or, if the kernel cannot, ' +
    'unpacks it with xorriso, bsdtar or 7z. ' +
    'Partitions, formats and installs the boot loader with the programs of the ISO.',
  operands: 'DEVICE ISO',
  options: [
    { name: 'check', summary: 'only check, and print the results; nothing is written to the disk' },
    {
      name: 'config',
      value: 'URL|FILE',
      summary: 'the configuration to install; default: that of the ISO, if it has one',
    },
    { name: 'allow-empty-config', summary: 'install a configuration even if it configures nothing' },
    SHA256,
    INSECURE,
    KERNEL,
    FORCE_EFI,
    BOOT_IMAGE,
    { name: 'no-format', summary: 'use the ext4 partition DEVICE, and keep the persistent data on it' },
    NO_BOOTLOADER,
    {
      name: 'takeover',
      summary: 'take over the running Linux; DEVICE is the partition of its root; requires --yes',
    },
    TTY,
    DEBUG,
    { name: 'poweroff', summary: 'power off afterwards; after a takeover, at the end of its first boot' },
    { name: 'yes', summary: 'confirm what --takeover shows; there are no other questions' },
    FORMAT,
    { name: 'version', summary: 'print the version' },
  ],
  examples: [
    {
      line: 'sudo node install.js --check /dev/vdb haos-amd64.iso',
      what: 'check whether HAOS can be installed',
    },
    {
      line: 'sudo node install.js --config https://config.example/node.yaml /dev/vdb haos-amd64.iso',
      what: 'install, with a configuration from a server',
    },
  ],
  load: async () => (await import('./install-js.js')).runInstallJs,
});
