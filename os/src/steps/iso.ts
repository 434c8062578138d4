import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EFI_CONFIG, EFI_LOADERS, renderEfiConfig } from '@haos/system/internal';
import { BuildFailure } from '../failure.js';
import { copyOverlay, placeFile } from '../overlay.js';
import type { Step, StepContext } from '../step.js';
import { setDates } from '../tree.js';

/** By this file GRUB recognises a medium, whatever its label and file system. */
const MARK = '.disk/haos';

/** The builder's GRUB for BIOS. */
const BIOS = '/usr/lib/grub/i386-pc';

/** What the menu uses, and what a person at GRUB's prompt expects. */
const BIOS_MODULES = [
  ...['all_video', 'biosdisk', 'cat', 'chain', 'configfile', 'echo', 'ext2', 'fat', 'halt', 'help'],
  ...['iso9660', 'linux', 'loadenv', 'ls', 'normal', 'part_gpt', 'part_msdos', 'reboot', 'search'],
  ...['search_fs_file', 'search_fs_uuid', 'search_label', 'serial', 'sleep', 'terminal', 'test', 'true'],
];

/** The type of an EFI system partition in a GPT: the UEFI specification, "GPT Disk Partitions". */
const EFI_PARTITION = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';

/**
 * Makes `haos.iso`, which boots BIOS and EFI machines from a disc or a USB stick, those with Secure
 * Boot too. A disc boots by El Torito, a stick by the partition of EFI or the first sector.
 */
export const iso: Step = {
  name: 'iso',
  title: 'ISO',
  needs: ['system', 'userland'],
  recipe: fileURLToPath(import.meta.url),
  files: ['os/overlay/iso'],
  settings: ['architecture'],
  async make(context) {
    const { source, of, out, epoch, run } = context;
    const tree = join(out, 'tree');
    await run('cp', ['-a', of('system'), tree]);
    copyOverlay(source('os/overlay/iso'), tree);
    writeFile(join(tree, MARK), 'GRUB finds the medium by this file.\n');
    placeEfi(context, tree);
    const bios = await makeBiosLoader(context, tree);
    setDates(tree, epoch);
    const efi = await makeEfiPartition(context, tree);
    const date = new Date(epoch * 1000).toISOString().replace(/\D/g, '').slice(0, 16);
    await run('xorriso', [
      ...['-as', 'mkisofs', '-output', join(out, 'haos.iso'), '-volid', 'HAOS'],
      ...['-rational-rock', '-joliet', '-joliet-long'],
      ...[`--modification-date=${date}`, '--gpt_disk_guid', 'modification-date'],
      ...['--set_all_file_dates', 'set_to_mtime', '-partition_offset', '16'],
      ...bios,
      ...['-append_partition', '2', EFI_PARTITION, efi, '-appended_part_as_gpt'],
      ...['-eltorito-alt-boot', '-e', '--interval:appended_partition_2:all::', '-no-emul-boot'],
      tree,
    ]);
    for (const path of [tree, efi]) rmSync(path, { recursive: true });
  },
};

/**
 * Places the signed programs of the image, with their configuration. They are on the medium too,
 * for tools that copy its files to a stick.
 */
function placeEfi({ options, of }: StepContext, tree: string): void {
  const loader = EFI_LOADERS.find(({ architecture }) => architecture === options.architecture);
  if (loader === undefined) throw new BuildFailure(`no boot loader for ${options.architecture}`);
  for (const [name, path] of Object.entries(loader.files))
    placeFile(join(of('userland'), 'tree', path), join(tree, 'EFI/BOOT', name));
  writeFile(join(tree, EFI_CONFIG), renderEfiConfig(`--file /${MARK}`));
}

/** Makes an EFI system partition with the medium's directory `EFI`; returns its path. */
async function makeEfiPartition({ out, run }: StepContext, tree: string): Promise<string> {
  const image = join(out, 'efi.img');
  // 8 MiB in sectors of 512 bytes. Without a serial number, mformat takes a random one.
  const format = ['-C', '-T', '16384', '-N', '48414f53', '-v', 'HAOS_EFI'];
  await run('mformat', ['-i', image, ...format, '::']);
  await run('mcopy', ['-s', '-m', '-i', image, join(tree, 'EFI'), '::/']);
  return image;
}

/**
 * Places GRUB for BIOS on the medium; returns the arguments of mkisofs that boot it. Only x86 has a
 * BIOS.
 */
async function makeBiosLoader({ options, run }: StepContext, tree: string): Promise<string[]> {
  if (options.architecture !== 'amd64') return [];
  const image = 'boot/grub/i386-pc/eltorito.img';
  mkdirSync(dirname(join(tree, image)), { recursive: true });
  const mkimage = ['--format', 'i386-pc-eltorito', '--directory', BIOS, '--prefix', '/boot/grub'];
  await run('grub-mkimage', [...mkimage, '--output', join(tree, image), ...BIOS_MODULES]);
  const table = ['-no-emul-boot', '-boot-load-size', '4', '-boot-info-table', '--grub2-boot-info'];
  return ['--grub2-mbr', join(BIOS, 'boot_hybrid.img'), '--mbr-force-bootable', '-b', image, ...table];
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
