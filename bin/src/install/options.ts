import type { InvocationOf, Option } from '../command.js';
import { FORMAT } from '../options.js';
import {
  BOOT_IMAGE,
  DEBUG,
  FORCE_EFI,
  INSECURE,
  KERNEL,
  NO_BOOTLOADER,
  SHA256,
  TTY,
} from './common-options.js';

/** The options of `haos install`. */
export const INSTALL_OPTIONS = [
  { name: 'silent', summary: 'ask no questions' },
  {
    name: 'answers',
    value: 'FILE',
    summary: 'read the answers from a YAML or JSON file (- is standard input) instead of asking a person',
  },
  { name: 'check', summary: 'only check, and print the results; nothing is written' },
  {
    name: 'device',
    value: 'DEVICE',
    summary: 'the whole disk; default: the only one that fits; with --no-format the partition',
  },
  { name: 'no-format', summary: 'use an existing ext4 partition, and keep the persistent data on it' },
  {
    name: 'encrypt',
    value: 'HOW',
    choices: ['passphrase', 'both'],
    summary:
      'encrypt the persistent data and the configuration; the console asks at each boot, with `both` only if the TPM does not open them',
  },
  {
    name: 'passphrase-file',
    value: 'FILE',
    summary: 'a file with the passphrase, which only its owner may read; default: ask for it',
  },
  NO_BOOTLOADER,
  {
    name: 'config-url',
    value: 'URL',
    summary: 'the configuration to install: a URL or a path; default: the one of this system',
  },
  {
    name: 'allow-empty-config',
    summary: 'install a downloaded configuration even if it configures nothing',
  },
  { name: 'image', value: 'DIR', summary: 'the directory with the components; default: /haos/system' },
  {
    name: 'iso',
    value: 'ISO',
    summary: 'an ISO instead: a path or a URL; default: haos.install.iso_url, unless booted from a medium',
  },
  SHA256,
  INSECURE,
  KERNEL,
  FORCE_EFI,
  BOOT_IMAGE,
  {
    name: 'enroll-keys',
    value: 'DIR',
    summary: 'afterwards, give the firmware in setup mode the keys (.auth) of this directory',
  },
  {
    name: 'to-file',
    value: 'FILE',
    summary: 'make a disk image instead: FILE ends with .raw, .qcow2, .vmdk or .vhd; no questions',
  },
  { name: 'size', value: 'SIZE', summary: 'the size of that disk, such as 8G; default: 4G' },
  TTY,
  DEBUG,
  { name: 'reboot', summary: 'reboot afterwards, as in mode install' },
  { name: 'power-off', summary: 'power off afterwards' },
  FORMAT,
] as const satisfies readonly Option[];

/** What `haos install` and its parts read. */
export type InstallInvocation = InvocationOf<typeof INSTALL_OPTIONS>;
