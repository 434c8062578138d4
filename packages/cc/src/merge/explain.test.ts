import { describe, expect, it } from 'vitest';
import { readSources } from '../config.js';
import type { Source } from '../sources/source.js';
import { explain } from './explain.js';

const system: Source = {
  source: 'system',
  file: '/haos/system/config.yaml',
  content:
    'haos:\n  token: SENTINEL-1\n  labels: {a: x, b: q}\n  k3s_args: [server, --agent-token=SENTINEL-2]\n  wifi: [{name: n, passphrase: SENTINEL-3}]\n',
};
const local: Source = {
  source: 'local',
  file: '/var/lib/rancher/HAOS/config.yaml',
  content:
    'hostname: h\nhaos: {token: SENTINEL-4, labels: {c: z}, k3s_args: [agent], wifi: ~, environment: {A_TOKEN: SENTINEL-5, B: c}}\n',
};
const result = readSources([system, local]);

describe('explain', () => {
  it('returns the value, its place, what it overrode and why', () => {
    expect(explain(result, 'haos.labels')).toMatchObject([
      {
        key: 'haos.labels[c]',
        value: 'z',
        origin: { source: 'local', line: 2 },
        overrode: [{ origin: { source: 'system', line: 3 }, value: { a: 'x', b: 'q' } }],
        rule: expect.stringContaining('as a whole'),
      },
    ]);
  });

  it.each(['haos.label.c', 'haos.labels[c]', 'HAOS.labels.c'])('accepts %s for the same key', (key) => {
    expect(explain(result, key)?.map(({ pointer }) => pointer)).toEqual(['/haos/labels/c']);
  });

  it('returns what cleared a key', () => {
    expect(explain(result, 'haos.wifi')).toMatchObject([
      {
        key: 'haos.wifi',
        value: undefined,
        origin: { source: 'local' },
        overrode: [{ origin: { source: 'system' } }],
      },
    ]);
  });

  it('lists all that a section without a value cleared, and nothing that came later', () => {
    const sources: Source[] = [
      {
        source: 'system',
        file: 'a',
        content: 'run_cmd: [a]\nhaos: {token: SENTINEL, labels: {a: b}, install: {tty: c}}\n',
      },
      { source: 'local', file: 'b', content: 'hostname: h\nhaos:\n' },
      { source: 'config.d', file: 'c', content: 'haos: {labels: {c: d}, password: ~}\n' },
    ];
    const cleared = (key?: string) =>
      explain(readSources(sources), key)
        ?.filter(({ value }) => value === undefined)
        .map((each) => [
          each.key,
          each.origin?.file,
          each.origin?.line,
          each.overrode.map(({ value }) => value),
        ]);

    expect(cleared()).toEqual([
      ['haos.token', 'b', 2, ['***']],
      ['haos.install.tty', 'b', 2, ['c']],
    ]);
    expect(cleared('haos.install')).toEqual([['haos.install.tty', 'b', 2, ['c']]]);
    expect(cleared('haos.labels')).toEqual([]);
    expect(cleared('run_cmd')).toEqual([]);
    expect(cleared('haos.password')).toEqual([['haos.password', 'c', 1, [null]]]);
  });

  it('explains everything without a key, and nothing for a key that is not set', () => {
    expect(
      explain(result)
        ?.map(({ key }) => key)
        .sort(),
    ).toEqual([
      'haos.environment[A_TOKEN]',
      'haos.environment[B]',
      'haos.k3s_args[0]',
      'haos.labels[c]',
      'haos.token',
      'haos.wifi',
      'hostname',
    ]);
    expect(explain(result, 'haos.password')).toEqual([]);
  });

  it('returns undefined for an unknown key', () => {
    expect(explain(result, 'haos.tokn')).toBeUndefined();
    expect(explain(result, 'token')).toBeUndefined();
  });

  it('shows no secret, not even an overridden one', () => {
    const text = JSON.stringify([explain(result), explain(result, 'haos.wifi')]);
    expect(text).not.toContain('SENTINEL');
    expect(text).toContain('***');
  });

  it('shows no name inside a secret that is a map', () => {
    const result = readSources([
      { content: 'haos: {token: {SENTINEL: a}}' },
      { content: 'haos: {token: b}' },
    ]);

    expect(JSON.stringify(explain(result, 'haos.token'))).not.toContain('SENTINEL');
  });

  it.each([
    'k3s_args: {a: b}',
    'k3s_args: [[a]]',
    'environment: [a]',
    'environment: 5',
    'wifi: 5',
    'wifi: [a, [b]]',
    'token: [a]',
    'install: 5',
  ])('explains what overrode a value of a wrong type: %s', (wrong) => {
    const right = 'haos: {k3s_args: [a], environment: {a: b}, wifi: [], token: t, install: {tty: a}}';

    expect(() => explain(readSources([{ content: `haos: {${wrong}}` }, { content: right }]))).not.toThrow();
  });

  it.each([
    'write_files: 5',
    'write_files: {path: {}}',
    'write_files: [5, [a]]',
    'boot_manifests: text',
    'run_cmd: {a: b}',
    'haos: 5',
  ])('explains what overrode a section of a wrong type: %s', (wrong) => {
    const right = 'write_files: [{path: /a}]\nboot_manifests: [{}]\nrun_cmd: [a]\nhaos: {token: a}';

    expect(() => explain(readSources([{ content: wrong }, { content: right }]))).not.toThrow();
  });
});
