import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ARTIFACTS, ROOT } from './paths.js';

/** Steps that download from a mirror or a registry; both builds share them. */
const DOWNLOADED = ['userland', 'kernel', 'node'];

/**
 * Covers everything on the ISO: the root image with its code cache, the initrd, the kernel's image.
 */
it('the same packages give the same bytes, in another directory and at another time', () => {
  const cache = mkdtempSync(join(tmpdir(), 'haos-rebuilt-'));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  mkdirSync(join(cache, 'amd64'));
  for (const step of DOWNLOADED) symlinkSync(join(ROOT, '.cache/os/amd64', step), join(cache, 'amd64', step));

  const program = [join(ROOT, 'os/src/main.ts'), '--cache', cache, '--only', 'iso', '--kernel', 'cloud'];
  const args = [...program, '--k3s', join(ROOT, 'tests/vm/k3s-stand-in')];
  const lines = execFileSync(join(ROOT, 'node_modules/.bin/tsx'), args, { encoding: 'utf8' })
    .trim()
    .split('\n');

  expect(lines.filter((line) => line.includes('unchanged'))).toHaveLength(DOWNLOADED.length);
  expect(digest(join(lines.at(-1) ?? '', 'haos.iso'))).toBe(digest(join(ARTIFACTS, 'haos-amd64.iso')));
});

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
