import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KernelKind } from '@haos/system/internal';
import { packCpio } from '../cpio.js';
import { renderIpxeScript } from '../ipxe-script.js';
import { kernelPart } from '../kernel-part.js';
import { kernelVersion } from '../kernel-version.js';
import { placeLink } from '../overlay.js';
import type { Step, StepContext } from '../step.js';

/**
 * Makes `initrd` for network boots, in a directory for each kind of kernel: the small initrd,
 * followed by an archive of the components, which are compressed already. It has all of them but
 * the other kernel, so that a booted system can be installed. Beside it is a script for iPXE.
 */
export const netboot: Step = {
  name: 'netboot',
  title: 'netboot initrd',
  needs: ['initrd', 'kernel', 'system'],
  recipe: fileURLToPath(import.meta.url),
  settings: ['architecture', 'version', 'kernels'],
  async make(context) {
    for (const [index, kind] of context.options.kernels.entries()) {
      const out = join(context.out, kind);
      await makeNetboot({ ...context, out }, kind);
      const script = renderIpxeScript(context.options.architecture, kernelPart(kind, index));
      writeFileSync(join(out, 'boot.ipxe'), script);
    }
  },
};

async function makeNetboot(context: StepContext, kind: KernelKind): Promise<void> {
  const { of, options, out, run } = context;
  const tree = join(out, 'tree');
  mkdirSync(out);
  await run('cp', ['-a', of('system'), tree]);
  const versions = options.kernels.map((name) => kernelVersion(of('kernel'), name, options.version));
  const own = kernelVersion(of('kernel'), kind, options.version);
  const kernels = join(tree, 'haos/system/kernel');
  for (const other of versions) if (other !== own) rmSync(join(kernels, other), { recursive: true });
  placeLink(join(kernels, 'current'), own);
  const image = join(out, 'initrd');
  copyFileSync(join(of('initrd'), kind, 'initrd'), image);
  appendFileSync(image, Buffer.alloc(-statSync(image).size & 3)); // the next archive begins at a multiple of four
  await packCpio(context, tree, join(out, 'system.cpio'));
  appendFileSync(image, readFileSync(join(out, 'system.cpio')));
  for (const name of ['tree', 'system.cpio']) rmSync(join(out, name), { recursive: true });
}
