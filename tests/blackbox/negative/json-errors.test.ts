import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { haos as program } from '../../../bin/src/commands.js';
import { listCommands } from '../../../bin/src/list-commands.js';
import { type HaosRun, haos, ROOT } from '../haos.js';
import { makeNode } from '../run-case.js';
import { IS_ROOT, makeDirectory } from '../tree.js';

const commands = listCommands([program]).map(({ path }) => path.slice(1).map(({ name }) => name));
const nowhere = join(mkdtempSync(join(tmpdir(), 'haos-json-')), 'nowhere');
afterAll(() => rmSync(join(nowhere, '..'), { recursive: true }));

/** One document, and the message for people beside it. */
function errorOf({ stdout, stderr }: HaosRun): { code: string; message: string; hint: string | null } {
  const { error } = JSON.parse(stdout);
  expect(Object.keys(error)).toEqual(['code', 'message', 'hint']);
  expect(error.code).toMatch(/^HAOS_[A-Z_]+$/);
  expect(stderr).toContain(error.message);
  return error;
}

describe.each(commands)('haos %s %s --format json', (...path) => {
  it.each([
    ['an unknown option', ['--nonsense', '--format', 'json']],
    ['an unknown option, with the format behind it', ['--format=json', '--nonsense=a']],
  ])('answers %s with an error', async (_title, args) => {
    const run = await haos([...path, ...args]);

    expect(run.status).toBe(2);
    expect(errorOf(run)).toMatchObject({ code: 'HAOS_USAGE', hint: expect.stringContaining('--help') });
  });

  it('ends as it does for people', async () => {
    const call = (...format: string[]) => haos([...path, '--root', nowhere, ...format]);
    const run = await call('--format', 'json');

    // Those without the option are called wrongly then.
    const { status, stdout, stderr } = await call();
    expect([1, 2]).toContain(status);
    expect(run.status === status || run.status === 2).toBe(true);
    expect(errorOf(run).message).not.toBe('');
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
  });
});

/** What each of them refuses here, with the status that it has for people, too. */
const REFUSED: readonly (readonly [args: string[], status: number, code: string])[] = [
  [['nonsense'], 2, 'HAOS_USAGE'],
  [[], 2, 'HAOS_USAGE'],
  [['help', 'nonsense'], 2, 'HAOS_USAGE'],
  [['completion', 'tcsh'], 2, 'HAOS_USAGE'],
  [['config', 'validate'], 2, 'HAOS_USAGE'],
  [['config', 'put', '../x', '--root', ROOT], 2, 'HAOS_CC_PUT_NAME'],
  [['config', '--root', nowhere], 1, 'HAOS_FILE_NOT_FOUND'],
  [['config', '--dump', '--root', nowhere], 1, 'HAOS_FILE_NOT_FOUND'],
  [['config', 'plan', '--root', nowhere], 1, 'HAOS_FILE_NOT_FOUND'],
  [['config', 'explain', '--root', nowhere], 1, 'HAOS_FILE_NOT_FOUND'],
  [['config', 'status', '--root', nowhere], 1, 'HAOS_FILE_NOT_FOUND'],
  [['status', '--root', nowhere], 1, 'HAOS_FILE_NOT_FOUND'],
  [['reset', '--root', nowhere], 1, 'HAOS_FILE_NOT_FOUND'],
  [['datasource', 'fetch', '--root', nowhere], 1, 'HAOS_FILE_NOT_FOUND'],
  [['datasource', 'serve', 'aws', '--fixture', nowhere], 2, 'HAOS_USAGE'],
];

/** On a machine that does not run HAOS. */
const REFUSED_TO_ROOT: readonly (readonly [args: string[], status: number, code: string])[] = [
  [['config'], 5, 'HAOS_NOT_HAOS'],
  [['config', '--dump'], 5, 'HAOS_NOT_HAOS'],
  [['config', 'plan'], 5, 'HAOS_NOT_HAOS'],
  [['config', 'explain'], 5, 'HAOS_NOT_HAOS'],
  [['config', 'status'], 5, 'HAOS_NOT_HAOS'],
  [['config', 'put', 'a'], 5, 'HAOS_NOT_HAOS'],
  [['status'], 5, 'HAOS_NOT_HAOS'],
  [['reset', '--yes'], 5, 'HAOS_NOT_HAOS'],
  [['datasource', 'fetch'], 5, 'HAOS_NOT_HAOS'],
  [['datasource', 'fetch', '--dry-run'], 5, 'HAOS_NOT_HAOS'],
  [['upgrade', 'status'], 5, 'HAOS_NOT_HAOS'],
  [['upgrade', 'rollback'], 5, 'HAOS_NOT_HAOS'],
  [['upgrade', 'forget'], 5, 'HAOS_NOT_HAOS'],
  [['upgrade', 'confirm'], 5, 'HAOS_NOT_HAOS'],
  [['upgrade', 'status', '--destination', nowhere], 5, 'HAOS_NOT_HAOS'],
  [['upgrade', '--source', nowhere], 5, 'HAOS_CHECK_FAILED'],
  [['install', '--silent', '--check', '--device', nowhere], 5, 'HAOS_CHECK_FAILED'],
];

it.each(REFUSED)('haos %j ends with status %i and the code %s', async (args, status, code) => {
  const run = await haos([...args, '--format', 'json']);

  expect([run.status, JSON.parse(run.stdout).error.code]).toEqual([status, code]);
});

it.each(REFUSED_TO_ROOT)(
  'haos %j ends with status %i and the code %s (needs root)',
  async (args, status, code) => {
    if (!IS_ROOT) return expect((await haos(args)).status).toBe(5);
    const run = await haos([...args, '--format', 'json']);

    expect([run.status, JSON.parse(run.stdout).error.code]).toEqual([status, code]);
    expect((await haos(args)).status).toBe(status);
  },
);

describe('a configuration that is invalid', () => {
  it.each([
    [['config', '--dump']],
    [['config', '--dump-json']],
    [['config', 'plan', '--boot']],
    [['config', 'put', '50-a.yaml']],
  ])('is an error with its issues: haos %j', async (args) => {
    const root = await makeNode({ bare: true, config: 'hostname: a_b\n' });
    const run = await haos([...args, '--root', root, '--format', 'json'], { input: 'hostname: a_b\n' });

    expect(run.status).toBe(3);
    expect(JSON.parse(run.stdout)).toMatchObject({
      error: { code: 'HAOS_CONFIG_INVALID', message: expect.any(String), hint: expect.any(String) },
      issues: [{ code: 'invalid-hostname' }],
    });
  });
});

describe('a command that succeeds', () => {
  it('has one document and no error: haos config put', async () => {
    const root = await makeNode({ bare: true, config: 'hostname: a\n' });
    const put = async (...args: string[]) => {
      const run = await haos(['config', 'put', '50-a.yaml', '--root', root, '--format', 'json', ...args], {
        input: 'hostname: b\n',
      });
      return { status: run.status, ...JSON.parse(run.stdout) };
    };

    expect(await put()).toEqual({ status: 0, name: '50-a.yaml', changed: true, issues: [] });
    expect(await put()).toMatchObject({ status: 0, changed: false });
    expect(await put('--delete')).toMatchObject({ status: 0, changed: true });
  });

  it('tells its version', async () => {
    const { stdout } = await haos(['version', '--format', 'json'], { cwd: makeDirectory() });

    expect(JSON.parse(stdout)).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });
});

it('standard output that cannot be written is told once, on standard error', async () => {
  const { execFileSync } = await import('node:child_process');
  const script = `"$0" bin/haos.cjs config schema >/dev/full 2>&1; "$0" bin/haos.cjs nonsense --format json 2>&1 >/dev/full`;

  const said = execFileSync('sh', ['-c', `${script}; echo $?`, process.execPath], {
    cwd: ROOT,
    encoding: 'utf8',
  });

  expect(said).toMatch(/^haos: unknown command "nonsense"\n {2}.*\n2\n$/);
});
