import { linkSync, mkdirSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reproducibleTar } from '../reproducible-tar.js';
import type { Step, StepContext } from '../step.js';

/** The name of the replaced first process, and the new one: a link to the launcher. */
const KEPT = 'sbin/init.before-haos';
const INIT = 'sbin/init';
const LAUNCHER = '/haos/system/haos/current/haos';

/**
 * Makes `rootfs.tar.gz`: the components, and a first process that starts them, below one directory.
 * It is unpacked over the root of a system that has its own kernel. It has no entries for
 * directories of that system, since tar would change their modes, and would replace a link `/sbin`
 * by a directory.
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
    await context.run('gzip', ['--no-name', '-1', archive]); // its contents are compressed already
  },
};

/**
 * Adds `/HAOS`, first as a directory and then as the final link. Some tars, such as busybox's,
 * remove a replaced file at once but create links only at the end, and so would lose the first
 * process. They cannot remove the directory and stop here.
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
 * Adds the first process last, so that an interrupted download changes nothing. A hard link keeps
 * the old one, to a file that is in the system but not in the archive. It is in the same directory,
 * so that relative links stay valid.
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

/** Appends to the archive; names are relative to the directory. */
async function addTo(
  context: StepContext,
  archive: string,
  { directory, names }: { directory: string; names: readonly string[] },
): Promise<void> {
  await context.run('tar', [
    '--append',
    `--file=${archive}`,
    ...reproducibleTar(context.epoch),
    '--exclude=haos/system/kernel',
    `--transform=s,^,${top(context)}/,S`,
    `--directory=${directory}`,
    ...names,
  ]);
}

function top({ options }: StepContext): string {
  return `haos-${options.version}`;
}
