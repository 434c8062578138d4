import { isHaosError } from '@haos/host';
import { createTestHost } from '@haos/host/testing';
import { afterAll, describe, expect, it } from 'vitest';
import type { CloudConfig } from './index.js';
import {
  apply,
  explain,
  formatGithub,
  formatSarif,
  formatText,
  hasErrors,
  plan,
  readJournals,
  readNodeStatus,
  readSources,
  runPhase,
  validate,
  validateConfig,
  validateResult,
} from './index.js';

const host = createTestHost();
afterAll(() => host.dispose());

function found(config: unknown): string[] {
  return validateConfig(config).issues.map(
    ({ severity, code, pointer, hint }) =>
      `${severity} ${code} ${pointer}${hint?.startsWith('Write') ? ` ${hint}` : ''}`,
  );
}

describe('validateConfig', () => {
  it('says what validate says of the same configuration', () => {
    const config = {
      hostname: 'a_b',
      haos: { k3sArgs: ['server', '--cluster-int'], sysctls: { '../x': '1' } },
    };

    const strip = (issues: ReturnType<typeof validate>['issues']) =>
      issues.map(({ origin: _, ...issue }) => issue).sort((a, b) => (a.pointer < b.pointer ? -1 : 1));
    expect(strip(validateConfig(config).issues)).toEqual(strip(validate(JSON.stringify(config)).issues));
  });

  it.each<[unknown, string[]]>([
    [{}, []],
    [{ hostname: undefined, haos: { labels: undefined } }, []],
    [Object.assign(Object.create(null), { hostname: 'a' }), []],
    [{ haos: { server_url: 'https://a' } }, ['error unknown-key /haos/server_url Write serverUrl.']],
    [{ haos: { serverUlr: 'https://a' } }, ['error unknown-key /haos/serverUlr Write serverUrl.']],
    [{ writeFiles: [{ path: '/a', x: 1 }] }, ['error unknown-key /writeFiles/0/x']],
    [{ hostname: 5 }, ['error wrong-type /hostname']],
    [{ hostname: null }, ['error wrong-type /hostname']],
    [{ runCmd: 'a' }, ['error wrong-type /runCmd']],
    [{ runCmd: [() => 1] }, ['error wrong-type /runCmd/0']],
    [{ runCmd: [undefined, 'a'] }, ['error wrong-type /runCmd/0']],
    [{ haos: new Date(0) }, ['error wrong-type /haos']],
    [{ haos: { labels: new Map() } }, ['error wrong-type /haos/labels']],
    [{ haos: { token: 5n } }, ['error wrong-type /haos/token']],
    [null, ['error not-a-mapping  Write an object with members such as `hostname`.']],
    [[], ['error not-a-mapping  Write an object with members such as `hostname`.']],
    ['hostname: a', ['error not-a-mapping  Write an object with members such as `hostname`.']],
  ])('finds what is wrong with %o', (config, issues) => {
    expect(found(config)).toEqual(issues);
  });

  it('ends with an object that contains itself', () => {
    const config: Record<string, unknown> = { runCmd: ['a'] };
    config.haos = config;
    config.hostname = config;

    expect(found(config)).toContain('error wrong-type /hostname');
  });

  it('leaves the rest', () => {
    const config = { hostname: 5, x: 1, haos: { token: 't', labels: { a: 'b', c: 1 } } };

    expect(validateConfig(config).config).toEqual({ haos: { token: 't', labels: { a: 'b' } } });
  });
});

describe('wrong arguments', () => {
  const wrong = (value: unknown) => value as never;

  it.each<[string, () => unknown]>([
    ['validate()', () => validate(wrong(undefined))],
    ['validate(5)', () => validate(wrong(5))],
    ['validate([{}])', () => validate([wrong({})])],
    [
      'validate of a source with a form that does not exist',
      () => validate({ content: '', form: wrong('toml') }),
    ],
    [
      'validate of a source with a name that does not exist',
      () => validate({ content: '', source: wrong('x') }),
    ],
    ['validate of a source with a file that is a number', () => validate({ content: '', file: wrong(1) })],
    ['validateResult({})', () => validateResult(wrong({}))],
    ['readSources(a text)', () => readSources(wrong('hostname: a'))],
    ['explain(null)', () => explain(wrong(null))],
    ['explain with a key that is a number', () => explain(readSources([]), wrong(5))],
    ['formatText()', () => formatText(wrong(undefined), new Map())],
    ['formatText without texts', () => formatText([], wrong(undefined))],
    ['formatGithub(null)', () => formatGithub(wrong(null))],
    ['formatSarif without options', () => formatSarif([], wrong(undefined))],
    ['hasErrors(null)', () => hasErrors(wrong(null))],
    ['plan without options', () => plan({}, wrong(undefined))],
    ['plan in a phase that does not exist', () => plan({}, { host, phase: wrong('shutdown') })],
    ['apply(null)', () => apply(wrong(null), { host, phase: 'boot' })],
    ['apply of wrong types', () => apply({ hostname: wrong(5) }, { host, phase: 'boot' })],
    ['apply without a host', () => apply({}, wrong({ phase: 'boot' }))],
    ['runPhase()', () => runPhase(wrong(undefined))],
    ['readJournals()', () => readJournals(wrong(undefined))],
    ['readNodeStatus()', () => readNodeStatus(wrong(undefined))],
  ])('%s is an error with a code', async (_, call) => {
    const error: unknown = await (async () => call())().catch((reason: unknown) => reason);

    expect(isHaosError(error, 'HAOS_CC_ARGUMENT')).toBe(true);
  });
});

describe('plan', () => {
  it('reports what is wrong, and plans the rest', async () => {
    const config = { hostname: 'a_b', runCmd: 5, haos: { sysctls: { 'vm.swappiness': '10' } } };

    const { issues, steps } = await plan(config as unknown as CloudConfig, {
      host: host,
      phase: 'boot',
    });

    expect(issues.map(({ pointer }) => pointer)).toEqual(['/runCmd', '/hostname']);
    expect(steps.map(({ applier }) => applier)).toContain('sysctls');
  });
});

describe('the types', () => {
  it('take what the schema takes, also when it is constant, and nothing else', () => {
    const constant = {
      writeFiles: [{ path: '/a', encoding: 'b64' }],
      haos: { dataSources: ['aws'], wifi: [{ name: 'a' }], labels: { a: 'b' } },
    } as const;
    const config: CloudConfig = constant;
    // @ts-expect-error a file has a path
    const noPath: CloudConfig = { writeFiles: [{ content: 'a' }] };
    // @ts-expect-error a network has a name
    const noName: CloudConfig = { haos: { wifi: [{ passphrase: 'mypassword' }] } };
    // @ts-expect-error a manifest has a URL
    const noUrl: CloudConfig = { bootManifests: [{}] };
    // @ts-expect-error there is no such encoding
    const encoding: CloudConfig = { writeFiles: [{ path: '/a', encoding: 'zip' }] };
    // @ts-expect-error there is no such data source
    const source: CloudConfig = { haos: { dataSources: ['azure'] } };

    for (const wrong of [noPath, noName, noUrl, encoding, source])
      expect(validateConfig(wrong).issues.filter(({ severity }) => severity === 'error')).toHaveLength(1);
    expect(found(config).filter((issue) => issue.startsWith('error'))).toEqual([]);
  });
});
