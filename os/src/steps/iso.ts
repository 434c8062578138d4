import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyOverlay } from '../overlay.js';
import type { Step } from '../step.js';
import { setDates } from '../tree.js';

/** `haos.iso`, which BIOS and EFI machines start, from a disc or a USB stick. */
export const iso: Step = {
  name: 'iso',
  title: 'ISO',
  needs: ['system'],
  recipe: fileURLToPath(import.meta.url),
  files: ['os/overlay/iso'],
  async make({ root, of, out, epoch, run }) {
    const tree = join(out, 'tree');
    await run('cp', ['-a', of('system'), tree]);
    copyOverlay(join(root, 'os/overlay/iso'), tree);
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
    await run('grub-mkrescue', ['-o', image, '--locales=', '--themes=', '--fonts=', tree, '--', ...volume]);
    await run('rm', ['-rf', tree]);
  },
};
