import { describe, expect, it } from 'vitest';
import type { Node, Secret } from '../objects/metadata.js';
import type { NodeConfig, NodeConfigSpec } from '../objects/node-config.js';
import { configSet } from './config-set.js';

function config(name: string, spec: NodeConfigSpec): NodeConfig {
  return { apiVersion: 'haos.io/v1alpha1', kind: 'NodeConfig', metadata: { name, generation: 1 }, spec };
}

function node(labels: Record<string, string> = {}): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels } };
}

function secret(name: string, data: Record<string, string>, resourceVersion = '1'): Secret {
  const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, uid: 'u', resourceVersion },
    data: Object.fromEntries(encoded) as Record<string, string>,
  };
}

function sysctl(value: string): NodeConfigSpec {
  return { config: { haos: { sysctls: { 'vm.swappiness': value } } } };
}

describe('the NodeConfigs of a node', () => {
  it('are those whose selector matches its labels, by priority and name', () => {
    const set = configSet(
      [
        config('c', { ...sysctl('1'), priority: 10 }),
        config('b', { ...sysctl('1'), nodeSelector: { matchLabels: { site: 'north' } } }),
        config('a', { ...sysctl('1'), nodeSelector: { matchLabels: { site: 'south' } } }),
        config('d', {
          ...sysctl('1'),
          nodeSelector: { matchExpressions: [{ key: 'gpu', operator: 'DoesNotExist' }] },
        }),
      ],
      [],
    );

    expect(set.match(node({ site: 'north' })).configs.map(({ metadata }) => metadata.name)).toEqual([
      'c',
      'b',
      'd',
    ]);
    expect(set.match(node({ gpu: 'yes' })).configs.map(({ metadata }) => metadata.name)).toEqual(['c']);
  });

  it('contradict each other if they give a key different values with the same priority', () => {
    const set = configSet([config('b', sysctl('1')), config('a', sysctl('2'))], []);

    expect(set.match(node()).conflicts).toEqual([{ names: ['a', 'b'], key: 'haos.sysctls' }]);
  });

  it.each([
    ['with the same value', sysctl('1'), sysctl('1')],
    ['with different priorities', sysctl('1'), { ...sysctl('2'), priority: 200 }],
    ['about different keys', sysctl('1'), { config: { hostname: 'a' } }],
  ])('do not contradict each other %s', (_, first, second) => {
    const set = configSet([config('a', first), config('b', second)], []);

    expect(set.match(node()).conflicts).toEqual([]);
  });
});

describe('a NodeConfig', () => {
  const wifi: NodeConfigSpec = {
    config: { haos: { wifi: [{ name: 'home' }] } },
    secrets: [{ path: '/haos/wifi/0/passphrase', secretRef: { name: 'wifi', key: 'home' } }],
  };

  it('gets the values of its Secrets', () => {
    const set = configSet([config('a', wifi)], [secret('wifi', { home: 'hunter22' })]);

    expect(JSON.parse(set.part('a')!.text.replace('#cloud-config\n', ''))).toEqual({
      haos: { wifi: [{ name: 'home', passphrase: 'hunter22' }] },
    });
  });

  it('has a hash that shows a changed Secret, and nothing of its value', () => {
    const hash = (value: string, version: string) =>
      configSet([config('a', wifi)], [secret('wifi', { home: value }, version)]).part('a')!.hash;

    expect(hash('hunter22', '1')).toBe(hash('another1', '1'));
    expect(hash('hunter22', '1')).not.toBe(hash('hunter22', '2'));
  });

  it('makes a section for a Secret', () => {
    const spec = { config: {}, secrets: [{ path: '/haos/token', secretRef: { name: 's', key: 'k' } }] };

    expect(configSet([config('a', spec)], [secret('s', { k: 'K10' })]).part('a')?.text).toContain(
      '"token": "K10"',
    );
  });

  it.each<[string, NodeConfigSpec, string, string]>([
    ['names a Secret that is missing', wifi, 'SecretMissing', 'no key home'],
    [
      'names a place that is missing',
      { ...wifi, config: {}, secrets: [{ path: '/hostname/a', secretRef: { name: 's', key: 'k' } }] },
      'SecretMissing',
      'Secret s',
    ],
    ['has a secret itself', { text: 'haos: {token: K10}' }, 'SecretInline', 'haos.token'],
    ['is not valid', { config: { hostname: 'a b' } }, 'Invalid', 'hostname'],
    ['has an unknown key', { text: 'hostnme: a' }, 'Invalid', 'hostnme'],
    ['is too large', { text: `# ${'x'.repeat(300_000)}` }, 'TooLarge', '200 KiB'],
  ])('says what is wrong if it %s', (_, spec, reason, message) => {
    const set = configSet([config('a', spec)], []);

    expect(set.part('a')).toBeUndefined();
    expect(set.problem('a')).toEqual({ reason, message: expect.stringContaining(message) });
  });

  it('cannot put a Secret where its config has no item', () => {
    const spec = { ...wifi, config: { haos: { wifi: [] } } };

    expect(configSet([config('a', spec)], [secret('wifi', { home: 'x' })]).problem('a')?.reason).toBe(
      'PathInvalid',
    );
  });

  it('does not show the value of a Secret in what is wrong', () => {
    const spec = {
      config: {},
      secrets: [{ path: '/hostname', secretRef: { name: 's', key: 'k' } }],
    };
    const { message } = configSet([config('a', spec)], [secret('s', { k: 'hunter 22' })]).problem('a') ?? {};

    expect(message).toBeDefined();
    expect(message).not.toContain('hunter');
  });
});
