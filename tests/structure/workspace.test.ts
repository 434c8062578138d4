import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestWorkspaces, linkPrograms, listWorkspaces } from '../../scripts/build.mjs';
import { checkNode, isInstalled, isOlder } from '../../scripts/setup.mjs';
import { ROOT } from './module.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haos-workspace-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: unknown) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('the Node version', () => {
  it.each([
    ['20.18.1', '20.18.1', false],
    ['22.0.0', '20.18.1', false],
    ['20.18.0', '20.18.1', true],
    ['20.9.0', '20.18.1', true],
    ['18.20.8', '20.18.1', true],
    ['20.18.1-nightly', '20.18.1', false],
  ])('%s against %s', (have, wanted, older) => {
    expect(isOlder(have, wanted)).toBe(older);
  });

  it('is refused with a message if package.json requires a newer one', () => {
    expect(() => checkNode(ROOT, '18.0.0')).toThrow(/18\.0\.0/);
  });
});

describe('what is installed', () => {
  const wanted = { version: '1.0.0', integrity: 'sha512-a' };

  beforeEach(() => write('node_modules/a/package.json', {}));

  function lock(path: string, packages: Record<string, object>) {
    write(path, { packages: { '': {}, ...packages } });
  }

  it('is current if the hidden lock file matches', () => {
    lock('package-lock.json', { 'node_modules/a': wanted });
    lock('node_modules/.package-lock.json', { 'node_modules/a': wanted });

    expect(isInstalled(root)).toBe(true);
  });

  it('is stale if a recorded package is missing', () => {
    lock('package-lock.json', { 'node_modules/gone': wanted });
    lock('node_modules/.package-lock.json', { 'node_modules/gone': wanted });

    expect(isInstalled(root)).toBe(false);
  });

  it('may lack packages for other platforms', () => {
    lock('package-lock.json', { 'node_modules/a': wanted, 'node_modules/b': { ...wanted, optional: true } });
    lock('node_modules/.package-lock.json', { 'node_modules/a': wanted });

    expect(isInstalled(root)).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['no such package', {}],
    ['another version', { 'node_modules/a': { ...wanted, version: '1.0.1' } }],
    ['other content', { 'node_modules/a': { ...wanted, integrity: 'sha512-b' } }],
  ])('is stale when there is %s', (_title, installed) => {
    lock('package-lock.json', { 'node_modules/a': wanted });
    if (installed !== undefined) lock('node_modules/.package-lock.json', installed);

    expect(isInstalled(root)).toBe(false);
  });
});

describe('what is stale', () => {
  beforeEach(() => {
    write('package.json', { workspaces: ['packages/*', 'bin'] });
    write('packages/low/package.json', {
      name: '@haos/low',
      exports: { '.': { default: './dist/index.js' } },
    });
    write('packages/low/src/index.ts', '1');
    write('packages/high/package.json', { name: '@haos/high', dependencies: { '@haos/low': '1' } });
    write('packages/high/src/index.ts', '2');
    write('bin/package.json', {
      name: '@haos/cli',
      scripts: { bundle: 'tsup' },
      bin: { haos: './dist/haos.js' },
    });
  });

  function changed(change: () => void): string[] {
    const before = digestWorkspaces(root, listWorkspaces(root));
    change();
    const after = digestWorkspaces(root, listWorkspaces(root));
    return [...after].filter(([path, digest]) => before.get(path) !== digest).map(([path]) => path);
  }

  it('describes the workspaces in build order', () => {
    expect(listWorkspaces(root)).toMatchObject([
      { path: 'packages/high', bundled: false, dependencies: ['@haos/low'], outputs: [] },
      { path: 'packages/low', outputs: ['./dist/index.js'] },
      { path: 'bin', bundled: true, outputs: ['./dist/haos.js'] },
    ]);
  });

  it('links programs where npx finds them, once they are built', () => {
    write('bin/dist/haos.js', '#!/bin/sh\necho found\n');
    const link = join(root, 'node_modules/.bin/haos');

    for (const workspace of [...listWorkspaces(root), ...listWorkspaces(root)]) linkPrograms(root, workspace);

    expect(spawnSync(link, { encoding: 'utf8' }).stdout).toBe('found\n');
  });

  it.each<[string, string, string[]]>([
    ['a source changes what depends on it', 'packages/low/src/index.ts', ['packages/high', 'packages/low']],
    ['a source that nothing depends on changes one', 'packages/high/src/new.ts', ['packages/high']],
    ['a shared setting changes all', 'tsconfig.base.json', ['packages/high', 'packages/low', 'bin']],
    ['a test changes nothing', 'packages/low/src/index.test.ts', []],
    ['output changes nothing', 'packages/low/dist/index.js', []],
    ['a readme changes nothing', 'packages/low/README.md', []],
  ])('%s', (_title, path, stale) => {
    expect(changed(() => write(path, 'new'))).toEqual(stale);
  });
});
