import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from './module.js';

const FORMATTED = 'export const a = 1;\n';
const UNFORMATTED = 'export const a   = 1\n';

let repository: string;

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'haos-hooks-'));
  for (const path of ['install-hooks', 'scripts/hooks', 'biome.json', '.gitignore', '.editorconfig']) {
    cpSync(join(ROOT, path), join(repository, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(repository, 'node_modules'));
  // Replaces the generator: generated files are stale while this file exists.
  write('package.json', JSON.stringify({ private: true, scripts: { generate: 'test ! -e stale' } }));
  git('init', '--quiet');
});

afterEach(() => rmSync(repository, { recursive: true, force: true }));

/** Runs git as a fixed user, without the settings of the user who runs the tests. */
function git(...args: string[]) {
  return execute('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args]);
}

function execute(program: string, args: readonly string[]) {
  const foreign = Object.keys(process.env).filter((name) => name.startsWith('GIT_'));
  const env = {
    ...process.env,
    ...Object.fromEntries(foreign.map((name) => [name, undefined])),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C.UTF-8',
  };
  return spawnSync(program, args, { cwd: repository, env, encoding: 'utf8' });
}

function write(path: string, text: string) {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), text);
}

function installHooks(...args: string[]) {
  return execute('./install-hooks', args);
}

function commit(message: string, ...args: string[]) {
  return git('commit', '--quiet', '--allow-empty', '-m', message, ...args);
}

describe('install-hooks', () => {
  it('installs executable hooks, and does so again', () => {
    const [first, second] = [installHooks(), installHooks()];

    expect([first.status, second.status]).toEqual([0, 0]);
    for (const name of ['pre-commit', 'commit-msg']) {
      const hook = join(repository, '.git/hooks', name);
      expect(readFileSync(hook, 'utf8')).toBe(readFileSync(join(ROOT, 'scripts/hooks', name), 'utf8'));
      expect(statSync(hook).mode & 0o111).toBe(0o111);
    }
  });

  it('does not replace a foreign hook, says so and installs the others', () => {
    write('.git/hooks/pre-commit', '#!/bin/sh\necho mine\n');

    const result = installHooks();

    expect(result.status).toBe(1);
    expect(result.stderr).toContain('pre-commit');
    expect(readFileSync(join(repository, '.git/hooks/pre-commit'), 'utf8')).toContain('echo mine');
    expect(existsSync(join(repository, '.git/hooks/commit-msg'))).toBe(true);
  });

  it('replaces a foreign hook with --force and keeps it beside', () => {
    write('.git/hooks/pre-commit', '#!/bin/sh\necho mine\n');

    const result = installHooks('--force');

    expect(result.status).toBe(0);
    expect(readFileSync(join(repository, '.git/hooks/pre-commit.before-haos'), 'utf8')).toContain(
      'echo mine',
    );
    expect(readFileSync(join(repository, '.git/hooks/pre-commit'), 'utf8')).toContain('A hook of HAOS');
  });

  it('refuses when git looks for hooks elsewhere', () => {
    git('config', 'core.hooksPath', '/elsewhere');

    expect(installHooks().status).toBe(1);
    expect(existsSync(join(repository, '.git/hooks/commit-msg'))).toBe(false);
  });

  it('refuses arguments it does not know', () => {
    expect(installHooks('--all').status).toBe(2);
  });
});

describe('the hook commit-msg', () => {
  beforeEach(() => {
    installHooks();
  });

  it.each([
    'cc: keep the mode of /etc/hosts',
    'system/host: follow links inside the root',
    'os: boot\n\nBecause it did not.\nMore of it.',
    `docs: ${'x'.repeat(66)}`,
    `docs: ${'ä'.repeat(66)}`,
    'Merge branch "a"',
    'Revert "Some older subject."',
    'fixup! anything at all',
  ])('accepts %j', (message) => {
    expect(commit(message)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    'keep the mode of /etc/hosts',
    'CC: keep the mode',
    'cc:keep the mode',
    'cc: ',
    'cc: keep the mode.',
    'cc: keep the mode\nof /etc/hosts',
    `docs: ${'x'.repeat(67)}`,
  ])('refuses %j', (message) => {
    expect(commit(message).status).toBe(1);
    expect(git('log').status).not.toBe(0);
  });

  it('does not read the comments and the patch that git puts into the message', () => {
    const patch = '# ------------------------ >8 ------------------------\ndiff --git a/a b/a\n';
    write('message', `# a comment\n\ncc: keep the mode\n# another\n${patch}`);

    expect(execute('.git/hooks/commit-msg', ['message']).status).toBe(0);
  });
});

describe('the hook pre-commit', () => {
  beforeEach(() => {
    installHooks();
  });

  it('lets formatted files through', () => {
    write('src/a.ts', FORMATTED);
    git('add', 'src/a.ts');

    expect(commit('cc: add a').status).toBe(0);
  });

  it('stops files that are not formatted', () => {
    write('src/a.ts', UNFORMATTED);
    git('add', 'src/a.ts');

    const result = commit('cc: add a');

    expect(result.status).toBe(1);
    expect(result.stderr).toContain('npm run format');
  });

  it('checks only staged files', () => {
    write('src/a.ts', FORMATTED);
    write('src/b.ts', UNFORMATTED);
    git('add', 'src/a.ts');

    expect(commit('cc: add a').status).toBe(0);
  });

  it('lets a commit through that only removes files', () => {
    write('src/a.ts', UNFORMATTED);
    git('add', 'src/a.ts');
    commit('cc: add a', '--no-verify');
    git('rm', '--quiet', 'src/a.ts');

    expect(commit('cc: remove a').status).toBe(0);
  });

  it('stops if a file generated from the staged files is stale', () => {
    write('packages/cc/a.ts', FORMATTED);
    write('stale', '');
    git('add', 'packages');

    const result = commit('cc: add a');

    expect(result.status).toBe(1);
    expect(result.stderr).toContain('npm run generate');
  });

  it('says what to do when the formatter is not installed', () => {
    rmSync(join(repository, 'node_modules'));
    write('src/a.ts', FORMATTED);
    git('add', 'src/a.ts');

    const result = commit('cc: add a');

    expect(result.status).toBe(1);
    expect(result.stderr).toContain('npm ci');
  });
});

it('the hooks in the repository are executable', () => {
  for (const name of ['install-hooks', 'scripts/hooks/pre-commit', 'scripts/hooks/commit-msg', '.ci/run']) {
    expect(statSync(join(ROOT, name)).mode & 0o111, name).toBe(0o111);
  }
});
