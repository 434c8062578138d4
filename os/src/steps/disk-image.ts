import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DISK_IMAGES, type DiskImage, kernelOf, stepOf } from '../disk-images.js';
import type { Step } from '../step.js';

/** Make `disk.<format>`: a disk on which the installer of the ISO has installed it. */
export const diskImages: readonly Step[] = DISK_IMAGES.map(diskImage);

function diskImage(format: DiskImage): Step {
  return {
    name: stepOf(format),
    title: `disk image (${format})`,
    needs: ['iso'],
    recipe: fileURLToPath(import.meta.url),
    files: ['bin/dist', 'bin/haos.cjs'],
    settings: ['kernels', 'size'],
    async make({ source, of, out, options, run }) {
      const image = join(out, `disk.${format}`);
      const size = options.size === undefined ? [] : ['--size', options.size];
      const kernel = ['--kernel', kernelOf(format, options.kernels)];
      const from = ['--iso', join(of('iso'), 'haos.iso'), ...kernel];
      const install = ['install', '--to-file', image, ...from, ...size];
      await run(process.execPath, [source('bin/haos.cjs'), ...install]);
      chmodSync(image, 0o644); // it has no configuration of anybody
    },
  };
}
