import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROJECT } from '@haos/system/internal';
import { writeOciImage } from '../oci-layout.js';
import type { Step } from '../step.js';

/** Where a container has something mounted. */
const DIRECTORIES = ['dev', 'etc', 'host', 'proc', 'run', 'sys', 'tmp', 'usr', 'var/run'];

/** As in the root of a node, whose /usr is mounted there. */
const LINKS = ['bin', 'sbin', 'lib', 'lib64'];

/**
 * Makes `operator.tar`: the image of the operator and its agents. It has no programs: the pods
 * mount /usr of their node, so that they always run the programs of its version, and no registry is
 * needed.
 */
export const operatorImage: Step = {
  name: 'operator-image',
  title: 'image of the operator',
  needs: [],
  recipe: fileURLToPath(import.meta.url),
  settings: ['architecture'],
  async make(context) {
    const tree = join(context.out, 'tree');
    for (const name of DIRECTORIES) mkdirSync(join(tree, name), { recursive: true });
    for (const name of LINKS) symlinkSync(`usr/${name}`, join(tree, name));
    const name = PROJECT.operatorImage;
    const config = { Env: ['PATH=/usr/sbin:/usr/bin'], WorkingDir: '/' };
    const image = { tree, name, tag: name.slice(name.lastIndexOf(':') + 1), config };
    await writeOciImage(context, image, join(context.out, 'operator.tar'));
    rmSync(tree, { recursive: true });
  },
};
