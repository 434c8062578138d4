import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readVersions } from '../../os/src/versions.js';
import { FLAGS_OF } from '../../packages/cc/src/k3s/flag-list.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run k3s -- VERSION` writes them all. */
it('the pinned k3s, the list of its flags and the page about it are of one version', () => {
  const { version } = readVersions(ROOT).k3s;

  expect(FLAGS_OF).toBe(version);
  expect(readFileSync(join(ROOT, 'docs/building.md'), 'utf8')).toContain(`now ${version}:`);
});
