import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Step } from '../step.js';

/** `rootfs.tar.gz`: the components below one directory, for machines that bring their own kernel. */
export const tarball: Step = {
  name: 'tarball',
  title: 'rootfs tarball',
  needs: ['system'],
  recipe: fileURLToPath(import.meta.url),
  settings: ({ version }) => [version],
  async make({ of, out, options, epoch, run }) {
    const archive = join(out, 'rootfs.tar');
    await run('tar', [
      '--create',
      `--file=${archive}`,
      '--sort=name',
      '--format=gnu',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      `--mtime=@${epoch}`,
      '--exclude=./haos/system/kernel',
      `--transform=s,^\\.,haos-${options.version},S`,
      `--directory=${of('system')}`,
      '.',
    ]);
    await run('gzip', ['--no-name', '-1', archive]); // what is in it is compressed already
  },
};
