import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ARTIFACTS, ROOT } from './paths.js';

/**
 * Builds the stale parts of the image under test, before the first scenario. It has only the small
 * kernel, because the machines are emulated.
 */
export function setup(): void {
  const args = ['--kernel', 'cloud', '--k3s', join(ROOT, 'tests/vm/k3s-stand-in'), '--output', ARTIFACTS];
  const { status } = spawnSync(join(ROOT, 'node_modules/.bin/tsx'), [join(ROOT, 'os/src/main.ts'), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the image build failed');
}
