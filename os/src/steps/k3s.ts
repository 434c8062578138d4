import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestPaths } from '../digest.js';
import { BuildFailure } from '../failure.js';
import type { Step } from '../step.js';
import { readVersions } from '../versions.js';

/** `k3s` and `version`, or nothing at all: an image without k3s is an image. */
export const k3s: Step = {
  name: 'k3s',
  title: 'k3s',
  needs: [],
  recipe: fileURLToPath(import.meta.url),
  files: ['os/versions.json'],
  settings: ({ architecture, k3s: path }) => [architecture, path === undefined ? '' : digestPaths([path])],
  async make({ root, options, out, run }) {
    const pinned = readVersions(root).k3s;
    const target = join(out, 'k3s');
    if (options.k3s !== undefined) {
      copyFileSync(options.k3s, target);
      writeFileSync(join(out, 'version'), `${pinned.version ?? 'given'}\n`);
    } else if (pinned.version !== null) {
      const { url, sha256 } = pinned[options.architecture];
      await run('curl', ['-fsSL', '--retry', '3', '-o', target, url.replace('{version}', pinned.version)]);
      if (createHash('sha256').update(readFileSync(target)).digest('hex') !== sha256) {
        throw new BuildFailure(`k3s ${pinned.version} is not what os/versions.json pins`);
      }
      writeFileSync(join(out, 'version'), `${pinned.version}\n`);
    } else return;
    chmodSync(target, 0o755);
  },
};
