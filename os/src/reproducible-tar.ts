/**
 * Returns options of tar(1) with which the same tree always gives the same archive; `epoch` is the
 * date of every file, in seconds.
 */
export function reproducibleTar(epoch: number): string[] {
  return ['--sort=name', '--format=gnu', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${epoch}`];
}
