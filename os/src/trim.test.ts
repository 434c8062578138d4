import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { trim } from './trim.js';

it('deletes files, directories and links, and nothing that a link leads to', () => {
  const root = mkdtempSync(join(tmpdir(), 'haos-trim-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const tree = join(root, 'tree');
  for (const path of ['tree/etc/apt/conf.d', 'tree/keep', 'outside'])
    mkdirSync(join(root, path), { recursive: true });
  for (const path of ['tree/etc/apt/conf.d/a', 'tree/keep/key_1', 'tree/keep/other', 'outside/file'])
    writeFileSync(join(root, path), '');
  symlinkSync('/usr/share/zoneinfo/of/no/machine', join(tree, 'etc/localtime'));
  symlinkSync(join(root, 'outside'), join(tree, 'etc/linked'));

  trim(tree, ['etc/apt', 'etc/localtime', 'etc/linked', 'keep/key_*', 'etc/absent']);

  expect(existsSync(join(tree, 'etc/apt'))).toBe(false);
  expect(lstatSync(join(tree, 'etc/localtime'), { throwIfNoEntry: false })).toBeUndefined();
  expect(lstatSync(join(tree, 'etc/linked'), { throwIfNoEntry: false })).toBeUndefined();
  expect(existsSync(join(tree, 'keep/key_1'))).toBe(false);
  expect(existsSync(join(tree, 'keep/other'))).toBe(true);
  expect(existsSync(join(root, 'outside/file'))).toBe(true);
});
