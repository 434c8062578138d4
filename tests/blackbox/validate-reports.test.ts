import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haos } from './haos.js';
import { IS_ROOT, makeDirectory, type Tree, writeTree } from './tree.js';

/** Two valid files, one with a warning, one with an error; and what is no configuration. */
const NODES: Tree = {
  '/nodes/a.yaml': 'hostname: a\n',
  '/nodes/eu/b.yml': 'hostname: b\nhostname: c\n',
  '/nodes/eu/deep/c.YAML': 'hostnme: c\n',
  '/nodes/eu/deep/[d].yaml': 'hostname: d\n',
  '/nodes/README.md': '# nodes\n',
  '/nodes/.git/e.yaml': 'nonsense: true\n',
  '/nodes/.hidden.yaml': 'nonsense: true\n',
  '/nodes/node_modules/f/g.yaml': 'nonsense: true\n',
  '/nodes/link.yaml': { link: 'a.yaml' },
  '/nodes/loop': { link: '.' },
};

function makeNodes(): string {
  const cwd = makeDirectory();
  writeTree(cwd, NODES);
  return cwd;
}

const validate = (cwd: string, args: readonly string[], input = '') =>
  haos(['config', 'validate', ...args], { cwd, input });

describe('a directory', () => {
  it.each(['nodes', 'nodes/', './nodes'])('named %s is searched for YAML, however deep', async (name) => {
    const { status, stdout } = await validate(makeNodes(), [name]);

    expect(status).toBe(3);
    expect(stdout).toMatch(/^nodes\/eu\/b\.yml:2:1: warning: .*\[duplicate-key\]$/m);
    expect(stdout).toMatch(/^nodes\/eu\/deep\/c\.YAML:1:1: error: .*\[unknown-key\]$/m);
    expect(stdout).toMatch(/\n5 files, 1 error, 1 warning\n$/);
  });

  it('without any YAML is an error that says so', async () => {
    const cwd = makeDirectory();
    writeTree(cwd, { '/empty/README.md': '' });

    const { status, stdout } = await validate(cwd, ['empty']);

    expect(status).toBe(3);
    expect(stdout).toMatch(/^empty:1:1: error: no file below .* \.yaml or \.yml \[unreadable-source\]$/m);
    expect(stdout).toContain("hint: Name the files in it, such as 'empty/*'");
  });

  it.runIf(IS_ROOT)('that may not be read is an error (needs root to become another user)', async () => {
    const cwd = makeNodes();
    writeTree(cwd, { '/nodes/secret': { directory: true, mode: 0o700 } });
    const check = async () =>
      (await haos(['config', 'validate', join(cwd, 'nodes')], { uid: 65_534, cwd: '/' })).stdout;

    expect(await check()).toMatch(/nodes:1:1: .*permission denied \[unreadable-source\]/);
    chmodSync(cwd, 0o755);
    expect(await check()).toMatch(/nodes\/secret:1:1: .*permission denied \[unreadable-source\]/);
  });
});

describe('a path as Windows writes it', () => {
  it.each([
    ['nodes\\a.yaml', 1],
    ['nodes\\eu', 3],
    ['nodes\\eu\\**\\*.y*ml', 2],
  ])('%s is found: %i files', async (name, files) => {
    const { stdout } = await validate(makeNodes(), ['--format', 'json', name]);

    expect(JSON.parse(stdout)).toMatchObject({ files });
  });

  it('is a file of that very name where there is one', async () => {
    const cwd = makeDirectory();
    writeTree(cwd, { '/a\\b.yaml': 'hostnme: a\n', '/a/b.yaml': 'hostname: a\n' });

    expect((await validate(cwd, ['a\\b.yaml'])).status).toBe(3);
  });
});

describe('--quiet', () => {
  it.each([
    ['a valid file', ['nodes/a.yaml'], 0, ''],
    ['a warning', ['nodes/eu/b.yml'], 0, ''],
  ])('says nothing about %s', async (_title, args, status, stdout) => {
    expect(await validate(makeNodes(), ['--quiet', ...args])).toEqual({ status, stdout, stderr: '' });
  });

  it('tells what makes a file invalid, and nothing else', async () => {
    const { status, stdout, stderr } = await validate(makeNodes(), ['-q', 'nodes']);

    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
    expect(stdout).toMatch(/^nodes\/eu\/deep\/c\.YAML:1:1: error: /);
    expect(stdout).not.toMatch(/warning|files/);
    expect((await validate(makeNodes(), ['-q', '--strict', 'nodes'])).stdout).toContain('warning');
  });
});

describe('--stdin-name', () => {
  it('is what every format calls standard input', async () => {
    const cwd = makeDirectory();
    for (const format of ['text', 'json', 'github', 'sarif', 'junit', 'gitlab']) {
      const args = ['--format', format, '--stdin-name', 'nodes/eu.yaml', '-'];
      const { status, stdout } = await validate(cwd, args, 'hostnme: a\n');

      expect(status).toBe(3);
      expect(stdout, format).toContain('nodes/eu.yaml');
      expect(stdout, format).not.toContain('stdin');
    }
  });
});

describe('--output', () => {
  it('writes each report as standard output would get it, and makes directories', async () => {
    const cwd = makeNodes();
    const formats = ['text', 'json', 'github', 'sarif', 'junit', 'gitlab'];
    const outputs = formats.flatMap((format) => ['--output', `${format}=reports/${format}.out`]);

    const { status, stdout, stderr } = await validate(cwd, [...outputs, 'nodes']);

    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
    expect(stdout).toBe(readFileSync(join(cwd, 'reports/text.out'), 'utf8'));
    for (const format of formats) {
      const printed = (await validate(cwd, ['--format', format, 'nodes'])).stdout;
      expect(readFileSync(join(cwd, `reports/${format}.out`), 'utf8'), format).toBe(printed);
    }
  });

  it('has the valid files in a report of tests, and warnings fail with --strict', async () => {
    const cwd = makeNodes();
    const junit = async (...args: string[]) =>
      (await validate(cwd, ['--format', 'junit', ...args, 'nodes'])).stdout;

    expect(await junit()).toMatch(/tests="5" failures="1"/);
    expect(await junit('--strict')).toMatch(/tests="5" failures="2"/);
    expect(await junit()).toContain('name="nodes/a.yaml"');
  });

  it('that cannot be written is a failure, before anything is said to be valid', async () => {
    const cwd = makeNodes();
    const args = ['--output', 'json=nodes/a.yaml/report.json', '--format', 'json', 'nodes/a.yaml'];

    const { status, stdout, stderr } = await validate(cwd, args);

    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'HAOS_FAILED' } });
    expect(stderr).toContain('cannot write "nodes/a.yaml/report.json"');
    expect(readFileSync(join(cwd, 'nodes/a.yaml'), 'utf8')).toBe(NODES['/nodes/a.yaml']);
  });
});
