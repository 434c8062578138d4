import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildFailure } from '../failure.js';
import { readHostApt } from '../host-apt.js';
import { readKernelPackage } from '../packages.js';
import type { Step, StepContext } from '../step.js';
import { readVersions } from '../versions.js';

/** Debian's kernel: `tree/` with /vmlinuz and /lib/modules, `release` (as uname -r says), `package` (name and version). */
export const kernel: Step = {
  name: 'kernel',
  title: 'Debian kernel',
  needs: [],
  recipe: fileURLToPath(import.meta.url),
  files: ['os/packages/kernel.json'],
  settings: ({ architecture, kernel }) => [architecture, kernel],
  async make(context) {
    const { out, run } = context;
    const work = join(out, 'work');
    mkdirSync(work);
    const archive = await download(context, work);
    await run('dpkg-deb', ['-x', join(work, archive), join(work, 'package')]);
    const modules = findModules(join(work, 'package'));
    const [release] = readdirSync(modules);
    if (release === undefined) throw new BuildFailure(`${archive} holds no modules`);
    const tree = join(out, 'tree');
    mkdirSync(join(tree, 'lib/modules'), { recursive: true });
    renameSync(join(modules, release), join(tree, 'lib/modules', release));
    renameSync(join(work, 'package/boot', `vmlinuz-${release}`), join(tree, 'vmlinuz'));
    await run('depmod', ['-b', tree, release]);
    writeFileSync(join(out, 'release'), `${release}\n`);
    writeFileSync(join(out, 'package'), `${archive.replace(/_[^_]*$/, '').replace('%3a', ':')}\n`);
    rmSync(work, { recursive: true });
  },
};

function findModules(tree: string): string {
  const inUsr = join(tree, 'usr/lib/modules');
  return readdirSync(join(tree, '.')).includes('usr') && readdirSync(join(tree, 'usr')).includes('lib')
    ? inUsr
    : join(tree, 'lib/modules');
}

/** Downloads by an apt of its own, which verifies what it gets; resolves to the name of the archive. */
async function download({ root, options, run }: StepContext, work: string): Promise<string> {
  const { sources, options: relaxed } = await readHostApt(readVersions(root).debian.suite, run);
  const dir = (name: string) => {
    mkdirSync(join(work, name), { recursive: true });
    return join(work, name);
  };
  dir('lists/partial');
  writeFileSync(join(work, 'sources.list'), sources);
  const settings = [
    ['Dir::State', dir('state')],
    ['Dir::State::lists', dir('lists')],
    ['Dir::State::status', '/dev/null'],
    ['Dir::Cache', dir('cache')],
    ['Dir::Etc::sourcelist', join(work, 'sources.list')],
    ['Dir::Etc::sourceparts', '-'],
    ['APT::Architecture', options.architecture],
    ['APT::Architectures', options.architecture],
    ['APT::Sandbox::User', 'root'],
    ...relaxed.map((option) => option.replaceAll('"', '').split(' ')),
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await run('apt-get', [...settings, 'update']);
  const meta = readKernelPackage(root, options.kernel, options.architecture);
  const depends = await run('apt-cache', [...settings, 'depends', '--important', meta]);
  const [, name] = /Depends: (linux-image-\d\S*)/.exec(depends) ?? [];
  if (name === undefined) throw new BuildFailure(`${meta} depends on no kernel`);
  const archives = dir('archives');
  await run('apt-get', [...settings, 'download', name], { cwd: archives });
  const [archive = ''] = readdirSync(archives);
  renameSync(join(archives, archive), join(work, archive));
  return archive;
}
