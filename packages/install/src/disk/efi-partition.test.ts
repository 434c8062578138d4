import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveHost } from '@haos/host';
import { EFI_CONFIG, renderEfiConfig } from '@haos/system/internal';
import { describe, expect, it, onTestFinished } from 'vitest';
import { copyToEfi, makeEfiDirectories, removeGrub } from './efi-partition.js';

const LOADER = 'EFI/BOOT/BOOTX64.EFI';
const isMissing = spawnSync('mren', ['-V']).error ?? spawnSync('mkfs.vfat', ['--help']).error;

describe.skipIf(isMissing)('copyToEfi (needs mtools and dosfstools)', () => {
  it.each([LOADER, 'EFI/BOOT/grub.cfg', 'EFI/BOOT/loader.conf'])(
    'writes %s, and replaces it',
    async (name) => {
      const { efi, copy, read } = await partition(name);

      await copy('first');
      await copy('second');

      expect(read()).toBe('second');
      const names = execFileSync('mdir', ['-b', '-i', efi, '::/EFI/BOOT'], { encoding: 'utf8' });
      expect(names).toBe(`::/${name}\n`);
    },
  );

  it('keeps what is there if the copy fails', async () => {
    const { copy, read } = await partition();
    await copy('first');

    await expect(copy('x'.repeat(2_000_000))).rejects.toMatchObject({ code: 'HAOS_COMMAND_FAILED' });

    expect(read()).toBe('first');
  });

  it.each([
    ['while it wrote the copy', ['mcopy', LOADER, 'EFI/BOOT/BOOTX64.EF~']],
    ['between the renames', ['mren', LOADER, `${LOADER}.old`]],
  ])('replaces a file after it was interrupted %s', async (_, [command = '', ...paths]) => {
    const { efi, copy, read } = await partition();
    await copy('first');
    execFileSync(command, ['-i', efi, ...paths.map((path) => `::/${path}`)]);

    await copy('second');

    expect(read()).toBe('second');
  });
});

describe.skipIf(isMissing)('removeGrub (needs mtools and dosfstools)', () => {
  it.each([
    ['removes GRUB of HAOS', renderEfiConfig('--fs-uuid 1-2'), ''],
    ['keeps GRUB of another system', 'search --label OTHER\n', `::/${EFI_CONFIG}\n`],
  ])('%s', async (_, config, left) => {
    const { host, efi, copy } = await partition(EFI_CONFIG);
    await copy(config);

    await removeGrub(host, efi);

    expect(execFileSync('mdir', ['-b', '-i', efi, '::/EFI/BOOT'], { encoding: 'utf8' })).toBe(left);
  });
});

/** A small EFI system partition in a file. */
async function partition(name = LOADER) {
  const directory = mkdtempSync(join(tmpdir(), 'haos-efi-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const host = liveHost();
  const efi = join(directory, 'efi');
  writeFileSync(efi, '');
  truncateSync(efi, 2_000_000);
  execFileSync('mkfs.vfat', [efi]);
  await makeEfiDirectories(host, efi, ['EFI', 'EFI/BOOT']);
  const source = join(directory, 'source');
  const copy = (content: string) => {
    writeFileSync(source, content);
    return copyToEfi(host, efi, [source, name]);
  };
  const read = () => execFileSync('mtype', ['-i', efi, `::/${name}`], { encoding: 'utf8' });
  return { host, efi, copy, read };
}
