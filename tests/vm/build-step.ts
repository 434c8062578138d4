import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Architecture } from '../../os/src/architecture.js';
import { ROOT } from './paths.js';

/**
 * Builds the stale parts of a step of an image with the cloud kernel and the small stand-in for
 * k3s. Returns the directory of its result.
 *
 * @param options More options of the builder.
 */
export function buildStep(
  name: string,
  architecture: Architecture = 'amd64',
  options: readonly string[] = [],
): string {
  const image = ['--arch', architecture, '--kernel', 'cloud', '--k3s', join(ROOT, 'tests/vm/k3s-stand-in')];
  const args = [join(ROOT, 'os/src/main.ts'), ...image, '--only', name, ...options];
  const output = execFileSync(join(ROOT, 'node_modules/.bin/tsx'), args, { encoding: 'utf8' });
  // The last line is the result; the others are progress.
  return output.trim().split('\n').at(-1) ?? '';
}
