import { linkSync, mkdirSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Step, StepContext } from '../step.js';

/** What the replaced first process is kept as, and ours: a link to the launcher. */
const KEPT = 'sbin/init.before-haos';
const INIT = 'sbin/init';
const LAUNCHER = '/haos/system/haos/current/haos';

/**
 * `rootfs.tar.gz`: the components, and a first process that starts them, below one directory: to be unpacked over the root of a system
 * that brings its own kernel. It has no entry for a directory of that system, since tar would give that one another mode, and put
 * a directory where `/sbin` is a link.
 */
export const tarball: Step = {
  name: 'tarball',
  title: 'rootfs tarball',
  needs: ['system'],
  recipe: fileURLToPath(import.meta.url),
  settings: ['version'],
  async make(context) {
    const archive = join(context.out, 'rootfs.tar');
    const staging = join(context.out, 'staging');
    await addAlias(context, archive, staging);
    await addTo(context, archive, { directory: context.of('system'), names: ['haos'] });
    await addInit(context, archive, staging);
    rmSync(staging, { recursive: true });
    await context.run('gzip', ['--no-name', '-1', archive]); // what is in it is compressed already
  },
};

/**
 * `/HAOS`, first as a directory and then as the link that it is to be. A tar that removes what it replaces at once, but makes links only at
 * the end, as that of busybox, could not keep the first process; it cannot remove the directory either, and stops here.
 */
async function addAlias(context: StepContext, archive: string, staging: string): Promise<void> {
  const alias = join(staging, 'HAOS');
  mkdirSync(alias, { recursive: true });
  await addTo(context, archive, { directory: staging, names: ['HAOS'] });
  rmdirSync(alias);
  symlinkSync('haos', alias);
  await addTo(context, archive, { directory: staging, names: ['HAOS'] });
}

/**
 * Last, so that a download that breaks off changes nothing. What keeps the first process is a hard link to a file that the archive does
 * not hold, but the system does; it lies beside it, where relative links lead to the same.
 */
async function addInit(context: StepContext, archive: string, staging: string): Promise<void> {
  const init = join(staging, INIT);
  mkdirSync(join(staging, 'sbin'));
  writeFileSync(init, '');
  linkSync(init, join(staging, KEPT));
  await addTo(context, archive, { directory: staging, names: [INIT, KEPT] });
  await context.run('tar', ['--delete', `--file=${archive}`, `${top(context)}/${INIT}`]);
  rmSync(init);
  symlinkSync(LAUNCHER, init);
  await addTo(context, archive, { directory: staging, names: [INIT] });
}

/** Appends; names are relative to the directory. */
async function addTo(
  context: StepContext,
  archive: string,
  { directory, names }: { directory: string; names: readonly string[] },
): Promise<void> {
  await context.run('tar', [
    '--append',
    `--file=${archive}`,
    '--sort=name',
    '--format=gnu',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    `--mtime=@${context.epoch}`,
    '--exclude=haos/system/kernel',
    `--transform=s,^,${top(context)}/,S`,
    `--directory=${directory}`,
    ...names,
  ]);
}

function top({ options }: StepContext): string {
  return `haos-${options.version}`;
}
