import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandRunner } from '../../os/src/command.js';
import { readHostApt } from '../../os/src/host-apt.js';
import { ROOT } from './paths.js';

/** What to put into a tree of Debian. */
export interface DebianPackages {
  suite: string;
  /**
   * `extract`: none of their programs runs; `minbase`: installed in a small Debian to chroot into.
   */
  variant: 'extract' | 'minbase';
  packages: readonly string[];
}

/** Makes `packages` in a directory: a tree with the packages and all their dependencies. */
export async function unpackPackages(
  work: string,
  { suite, variant, packages }: DebianPackages,
): Promise<string> {
  const run = commandRunner(join(ROOT, '.cache/tests/vm/debian-packages.log'), 0);
  const apt = await readHostApt(suite, run);
  const [sources, tree] = [join(work, 'sources.list'), join(work, 'packages')];
  writeFileSync(sources, apt.sources);
  await run('mmdebstrap', [
    '--mode=root',
    `--variant=${variant}`,
    '--format=directory',
    '--architectures=amd64',
    `--include=${packages.join(',')}`,
    ...apt.options.map((option) => `--aptopt=${option}`),
    suite,
    tree,
    sources,
  ]);
  return tree;
}
