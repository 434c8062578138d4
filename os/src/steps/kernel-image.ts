import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Step } from '../step.js';

/** Makes `kernel.squashfs`: the kernel and its modules, in a compression that GRUB 2.06 reads. */
export const kernelImage: Step = {
  name: 'kernel-image',
  title: 'kernel image',
  needs: ['kernel'],
  recipe: fileURLToPath(import.meta.url),
  async make({ of, out, epoch, run }) {
    const dates = ['-mkfs-time', String(epoch), '-all-time', String(epoch)];
    // The modules are compressed already; gzip decompresses faster than xz at boot and is hardly
    // larger.
    const compression = ['-comp', 'gzip', '-b', '256K', '-all-root', '-noappend', '-no-progress'];
    await run(
      'mksquashfs',
      [join(of('kernel'), 'tree'), join(out, 'kernel.squashfs'), ...compression, ...dates],
      {
        env: { SOURCE_DATE_EPOCH: undefined },
      },
    );
  },
};
