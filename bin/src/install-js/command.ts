import { command } from '../command.js';

/** `install.js`: HAOS from another Linux. */
export const installJs = command({
  name: 'install.js',
  summary: 'install HAOS on a disk of a machine that runs another Linux',
  description:
    'DEVICE is a whole disk; everything on it is lost. ISO is a file or a URL. Everything is checked before the first ' +
    'write. The machine is not restarted. The ISO is mounted, or unpacked with xorriso, bsdtar or 7z where the kernel cannot; ' +
    'the programs that partition, format and set up the boot loader are those of the ISO.',
  operands: 'DEVICE ISO',
  options: [
    { name: 'check', summary: 'only check, and say what was found; nothing is written to the disk' },
    {
      name: 'config',
      value: 'URL|FILE',
      summary: 'the configuration to install; default: that of the ISO, if it has one',
    },
    { name: 'allow-empty-config', summary: 'install a configuration that configures nothing' },
    { name: 'sha256', value: 'HEX', summary: 'the digest that the ISO has to have' },
    { name: 'insecure', summary: 'take an ISO from a URL although its release is not signed' },
    { name: 'force-efi', summary: 'install for EFI even when the machine was not started by EFI' },
    { name: 'no-format', summary: 'use the ext4 partition DEVICE, and keep what persists on it' },
    { name: 'no-bootloader', summary: 'do not install GRUB, only its menu' },
    {
      name: 'takeover',
      summary: 'take over the Linux that runs; DEVICE is the partition of its root, and --yes is needed',
    },
    { name: 'tty', value: 'TTY', summary: 'the console of the installed system; default: those in use' },
    { name: 'debug', summary: 'log more on the installed system' },
    { name: 'poweroff', summary: 'power off afterwards; after a takeover, when its first boot is done' },
    { name: 'yes', summary: 'do what --takeover shows; nothing else is asked' },
    {
      name: 'format',
      value: 'FORMAT',
      choices: ['text', 'json'],
      summary: 'text for people (default), or json',
    },
    { name: 'version', summary: 'print the version' },
  ],
  examples: [
    { line: 'sudo node install.js --check /dev/vdb haos-amd64.iso', what: 'whether it could be installed' },
    {
      line: 'sudo node install.js --config https://config.example/node.yaml /dev/vdb haos-amd64.iso',
      what: 'install, with a configuration from a server',
    },
  ],
  load: async () => (await import('./install-js.js')).runInstallJs,
});
