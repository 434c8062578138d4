import type { KernelKind } from '@haos/system/internal';
import type { Option } from '../command.js';

// Options of `haos install`, `haos upgrade` and `install.js`. The kinds of kernel are texts,
// because the tables of commands load no packages.

export const SHA256 = {
  name: 'sha256',
  value: 'HEX',
  summary: 'the digest that the ISO must have; it then needs no signature',
} as const satisfies Option;
export const INSECURE = {
  name: 'insecure',
  summary: 'accept an ISO from a URL even if its release is not signed',
} as const satisfies Option;
export const KERNEL = {
  name: 'kernel',
  value: 'KIND',
  choices: ['generic', 'cloud'] satisfies readonly KernelKind[],
  summary: 'the kernel: generic (any machine) or cloud (virtual machines); default: that of the image',
} as const satisfies Option;
export const BOOT_IMAGE = {
  name: 'boot-image',
  value: 'IMAGE',
  summary:
    'for own keys: install this signed boot image and systemd-boot, from beside it, instead of GRUB; ' +
    'a path or a URL, or with a slash at its end the place of a release',
} as const satisfies Option;
export const FORCE_EFI = {
  name: 'force-efi',
  summary: 'install for EFI even if the machine did not boot with EFI',
} as const satisfies Option;
export const NO_BOOTLOADER = {
  name: 'no-bootloader',
  summary: 'write the menu of GRUB, but do not install GRUB',
} as const satisfies Option;
export const TTY = {
  name: 'tty',
  value: 'TTY',
  summary: 'the console of the installed system; default: the consoles in use',
} as const satisfies Option;
export const DEBUG = { name: 'debug', summary: 'log more on the installed system' } as const satisfies Option;
