import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyOverlay } from '../overlay.js';
import type { Step } from '../step.js';
import { setDates } from '../tree.js';

/** Makes `haos.iso`, which boots BIOS and EFI machines from a disc or a USB stick. */
export const iso: Step = {
  name: 'iso',
  title: 'ISO',
  needs: ['system'],
  recipe: fileURLToPath(import.meta.url),
  files: ['os/overlay/iso'],
  async make({ source, of, out, epoch, run }) {
    const tree = join(out, 'tree');
    await run('cp', ['-a', of('system'), tree]);
    copyOverlay(source('os/overlay/iso'), tree);
    setDates(tree, epoch);
    const image = join(out, 'haos.iso');
    const date = new Date(epoch * 1000).toISOString().replace(/\D/g, '').slice(0, 16);
    const volume = [
      '-volid',
      'HAOS',
      '-joliet',
      'on',
      '-volume_date',
      'all_file_dates',
      `=${epoch}`,
      '-volume_date',
      'uuid',
      date,
    ];
    const programs = placeMformat(join(out, 'programs'));
    await run('grub-mkrescue', ['-o', image, '--locales=', '--themes=', '--fonts=', tree, '--', ...volume], {
      env: { PATH: `${programs}:/usr/sbin:/usr/bin:/sbin:/bin` },
    });
    for (const path of [tree, programs]) rmSync(path, { recursive: true });
  },
};

/** grub-mkrescue creates its EFI partition with mformat, which would use a random serial number. */
function placeMformat(directory: string): string {
  mkdirSync(directory);
  writeFileSync(join(directory, 'mformat'), '#!/bin/sh\nexec /usr/bin/mformat -N 48414f53 "$@"\n', {
    mode: 0o755,
  });
  return directory;
}
