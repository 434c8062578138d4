import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listPublished } from '../../scripts/pack.mjs';
import { ROOT, readPages } from '../docs/page.js';

const scratch = mkdtempSync(join(tmpdir(), 'haos-readme-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A reader: a checkout in the home directory, and npm as this machine has it set up. */
const env = {
  ...process.env,
  HOME: scratch,
  npm_config_cache: execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim(),
  npm_config_userconfig: join(homedir(), '.npmrc'),
  npm_config_prefer_offline: 'true',
  npm_config_prefix: join(scratch, 'global'),
  INIT_CWD: undefined,
};

const project = join(scratch, 'project');
beforeAll(() => {
  symlinkSync(ROOT, join(scratch, 'haos'));
  mkdirSync(project);
  must(shellOf('README.md', 'run pack'), project);
}, 600_000);

/** The one block of a shell on a page that has these words. */
function shellOf(path: string, words: string): string {
  const found = (readPages().find((page) => page.path === path)?.blocks ?? []).filter(
    ({ language, content }) => language === 'sh' && content.includes(words),
  );
  expect(found.map(({ place }) => place)).toHaveLength(1);
  return found[0]?.content ?? '';
}

function run(lines: string, cwd: string) {
  return spawnSync('bash', ['-e', '-c', lines], { cwd, encoding: 'utf8', env });
}

function must(lines: string, cwd: string): string {
  const { status, stdout, stderr } = run(lines, cwd);
  expect(status, `${lines}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

describe("README's lines, in an empty folder", () => {
  it('bring every package that people install', () => {
    for (const { name } of listPublished(ROOT))
      expect(existsSync(join(project, 'node_modules', name, 'package.json')), name).toBe(true);
    expect(readdirSync(project).filter((name) => name.endsWith('.tgz'))).toHaveLength(
      listPublished(ROOT).length,
    );
  });

  it('run the example', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const [, command = ''] = /Save this as `example\.mjs`, then run `([^`]+)`/.exec(readme) ?? [];
    const example = readPages()
      .find(({ path }) => path === 'README.md')
      ?.blocks.find(({ note }) => note === 'example: library');
    writeFileSync(join(project, 'example.mjs'), example?.content ?? '');

    const printed = must(command, project);

    expect(printed).toContain('unknown key hostnme - Did you mean hostname?');
    expect(printed).toContain("'create /etc/motd'");
    expect(readFileSync(join(project, 'tree/etc/motd'), 'utf8')).toBe('welcome\n');
    expect(readFileSync(join(project, 'tree/etc/hostname'), 'utf8')).toBe('node1\n');
  });

  it('check a repository in CI with the packed file alone', () => {
    const repository = join(scratch, 'repository');
    mkdirSync(join(repository, 'nodes'), { recursive: true });
    mkdirSync(join(repository, 'tools'));
    writeFileSync(join(repository, 'nodes/a.yaml'), 'hostnme: a\n');
    const cli = readdirSync(project).find((name) => name.startsWith('haos-cli-')) ?? '';
    symlinkSync(join(project, cli), join(repository, 'tools', cli));
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const [, line = ''] = /^ {6}- run: (npx .*)$/m.exec(readme) ?? [];

    const { status, stdout } = run(line, repository);

    expect(status).toBe(3);
    expect(stdout).toMatch(/^::error file=nodes\/a\.yaml,line=1,/);
  });
});

it("docs/library.md's lines run the program without installing it", () => {
  writeFileSync(join(project, 'node.yaml'), 'hostname: node1\n');

  expect(must(shellOf('docs/library.md', 'npx'), project)).toBe('1 file, 0 errors, 0 warnings\n');
});

it("the program's own lines install it for the user, with its manual pages", () => {
  mkdirSync(join(project, 'tree'), { recursive: true });
  writeFileSync(join(project, 'k3os.yaml'), 'k3os:\n  labels:\n    a: b\n');
  const lines = shellOf('bin/README.md', '--global').replace(
    /^(haos config plan [^#]*)#.*$/m,
    '$1|| [ $? -eq 10 ]',
  );

  must(`PATH=${join(scratch, 'global/bin')}:$PATH\n${lines}\nhaos version`, project);

  expect(readdirSync(join(scratch, '.local/share/man/man1'))).toContain('haos-config-validate.1');
});

it('what a release has are the same files', () => {
  const directory = join(scratch, 'release');
  must(shellOf('docs/releases.md', 'run pack').replace('dist/npm', directory), ROOT);

  expect(readdirSync(directory)).toEqual(readdirSync(project).filter((name) => name.endsWith('.tgz')));
});
