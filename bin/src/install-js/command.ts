import { command } from '../command.js';
import { KERNEL_CHOICES } from '../kernel-choices.js';

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
    { name: 'sha256', value: 'HEX', summary: 'the digest that the ISO must have' },
    { name: 'insecure', summary: 'accept an ISO from a URL even if its release is not signed' },
    {
      name: 'kernel',
      value: 'KIND',
      choices: KERNEL_CHOICES,
      summary: 'the kernel: generic (any machine) or cloud (virtual machines); default: that of the ISO',
    },
    { name: 'force-efi', summary: 'install for EFI even if the machine did not boot with EFI' },
    { name: 'no-format', summary: 'use the ext4 partition DEVICE, and keep the persistent data on it' },
    { name: 'no-bootloader', summary: 'write the menu of GRUB, but do not install GRUB' },
    {
      name: 'takeover',
      summary: 'take over the running Linux; DEVICE is the partition of its root; requires --yes',
    },
    {
      name: 'tty',
      value: 'TTY',
      summary: 'the console of the installed system; default: the consoles in use',
    },
    { name: 'debug', summary: 'log more on the installed system' },
    { name: 'poweroff', summary: 'power off afterwards; after a takeover, at the end of its first boot' },
    { name: 'yes', summary: 'confirm what --takeover shows; there are no other questions' },
    {
      name: 'format',
      value: 'FORMAT',
      choices: ['text', 'json'],
      summary: 'text for people (default), or json',
    },
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
