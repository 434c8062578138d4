import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packSquashfs } from '../pack-squashfs.js';
import type { Step } from '../step.js';

/**
 * Makes `kernel.squashfs`, in a directory for each kind: the kernel, its modules and its firmware,
 * in a compression that GRUB 2.06 reads, followed by a hash tree. `kernel.squashfs.verity`
 * describes it.
 */
export const kernelImage: Step = {
  name: 'kernel-image',
  title: 'kernel images',
  needs: ['kernel'],
  recipe: fileURLToPath(import.meta.url),
  settings: ['kernels'],
  async make(context) {
    const { of, options, out } = context;
    // The modules stay as Debian compressed them, so this is a choice for the firmware.
    const compression = ['-comp', 'xz', '-b', '256K', '-all-root'];
    for (const kind of options.kernels) {
      const image = join(out, kind, 'kernel.squashfs');
      mkdirSync(join(out, kind));
      await packSquashfs(context, join(of('kernel'), kind, 'tree'), { image, compression });
    }
  },
};
