import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bin/haos.cjs', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'haos-usage-'));

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function haos(args: readonly string[], calledAs = program) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [calledAs, ...args], {
    encoding: 'utf8',
    input: '',
  });
  return { status, stdout, stderr };
}

describe('help', () => {
  it.each([
    [['--help']],
    [['config', '--help']],
    [['config', 'validate', '--help']],
    [['config', 'plan', '-h']],
    [['config', 'explain', '--help']],
    [['config', 'status', '--help']],
    [['config', 'schema', '--help']],
    [['config', 'put', '--help']],
    [['migrate', '--help']],
  ])('%j is printed on standard output', (args) => {
    const { status, stdout, stderr } = haos(args);

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Usage: haos');
    expect(stdout).toContain('Examples:');
  });

  it.each([
    [['help'], []],
    [
      ['help', 'config', 'validate'],
      ['config', 'validate'],
    ],
    [['help', 'help'], ['help']],
  ])('of %j is that of --help', (args, path) => {
    expect(haos(args)).toEqual(haos([...path, '--help']));
  });

  it('prints the version', () => {
    expect(haos(['version'])).toEqual(haos(['--version']));
    expect(haos(['--version'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^haos \d+\.\d+\.\d+\S*\n$/),
    });
  });
});

describe('wrong usage', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['confg']],
    ['an unknown command of config', ['config', 'valdate', 'x']],
    ['an unknown option', ['config', '--dump-jsn']],
    ['a missing value', ['config', '--dump', '--root']],
    ['an unknown format', ['config', 'plan', '--format', 'xml']],
    ['two phases', ['config', 'plan', '--boot', '--initrd', '--root', scratch]],
    ['no file to validate', ['config', 'validate']],
    ['a name for a standard input that is not read', ['config', 'validate', '--stdin-name', 'a', 'x']],
    ['a report without a file', ['config', 'validate', '--output', 'junit', 'x']],
    ['a report in an unknown format', ['config', 'validate', '--output', 'xml=a', 'x']],
    ['two reports in one file', ['config', 'validate', '--output', 'json=a', '--output', 'sarif=a', 'x']],
    ['an unknown command', ['help', 'nonsense']],
    ['an unknown shell', ['completion', 'tcsh']],
    ['two shells', ['completion', 'bash', 'zsh']],
    ['manual pages of one command', ['help', '--man', scratch, 'config']],
    ['no file to migrate', ['migrate']],
    ['standard input to write to', ['migrate', '--write', '-']],
    ['an unknown kind of file', ['config', 'validate', '--as', 'something', 'x']],
    ['--strict for a phase', ['config', '--boot', '--strict', '--root', scratch]],
    ['an unknown key', ['config', 'explain', 'haos.tokne', '--root', scratch]],
    ['two keys', ['config', 'explain', 'haos.token', 'hostname', '--root', scratch]],
    ['no name to put', ['config', 'put', '--root', scratch]],
    ['a name that is a path', ['config', 'put', '../x', '--root', scratch]],
    ['a file to put and to delete', ['config', 'put', 'x', 'y', '--delete', '--root', scratch]],
  ])('%s ends with status 2, one line, and a reference to the help', (_title, args) => {
    const { status, stdout, stderr } = haos(args);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^haos: .+\n {2}.+\n$/);
  });

  it.each([
    [['confg'], 'config'],
    [['config', 'valdate'], 'validate'],
    [['config', '--dump-jsn'], '--dump-json'],
    [['config', 'explain', 'haos.tokne', '--root', scratch], 'haos.token'],
    [['validate', 'f'], 'haos config validate f'],
    [['validate', '--strict', 'f'], 'haos config validate --strict f'],
    [['rollback'], 'haos upgrade rollback'],
    [['help', 'validate'], 'haos config validate'],
  ])('%j suggests %s', (args, meant) => {
    expect(haos(args).stderr).toContain(`Did you mean ${meant}?`);
  });
});

describe('a link to the program', () => {
  it('that is named like a command runs that command', () => {
    const link = join(scratch, 'config');
    symlinkSync(program, link);

    expect(haos(['schema'], link)).toMatchObject({ status: 0, stdout: expect.stringContaining('"$schema"') });
  });
});

describe('a directory that does not exist', () => {
  it('fails without a stack trace', () => {
    const { status, stderr } = haos(['config', '--dump', '--root', join(scratch, 'nowhere')]);

    expect(status).toBe(1);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
