import { appendFileSync, copyFileSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packCpio } from '../cpio.js';
import type { Step } from '../step.js';

/**
 * Makes `initrd` for network boots: the small initrd, followed by an archive of all components,
 * which are compressed already. It has all of them, so that a booted system can be installed.
 */
export const netboot: Step = {
  name: 'netboot',
  title: 'netboot initrd',
  needs: ['initrd', 'system'],
  recipe: fileURLToPath(import.meta.url),
  async make(context) {
    const { of, out, run } = context;
    const tree = join(out, 'tree');
    await run('cp', ['-a', of('system'), tree]);
    const image = join(out, 'initrd');
    copyFileSync(join(of('initrd'), 'initrd'), image);
    appendFileSync(image, Buffer.alloc(-statSync(image).size & 3)); // the next archive begins at a multiple of four
    await packCpio(context, tree, join(out, 'system.cpio'));
    appendFileSync(image, readFileSync(join(out, 'system.cpio')));
    for (const name of ['tree', 'system.cpio']) rmSync(join(out, name), { recursive: true });
  },
};
