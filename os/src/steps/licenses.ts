import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Step } from '../step.js';

const BUNDLED = 'bin/dist/third-party-licenses.txt';

/**
 * Makes `licenses.txt`: the licences that must accompany every copy of the programs, for HAOS, its
 * bundled packages and Node.
 */
export const licenses: Step = {
  name: 'licenses',
  title: 'licences',
  needs: ['node'],
  recipe: fileURLToPath(import.meta.url),
  files: ['LICENSE', BUNDLED],
  async make({ source, of, out }) {
    const parts = [
      ['HAOS', source('LICENSE')],
      ['Packages that the programs of HAOS hold', source(BUNDLED)],
      ['Node', join(of('node'), 'LICENSE')],
    ] as const;
    const texts = parts.map(([title, path]) => `${title}\n\n${readFileSync(path, 'utf8').trim()}\n`);
    writeFileSync(join(out, 'licenses.txt'), texts.join(`\n${'='.repeat(80)}\n\n`));
  },
};
