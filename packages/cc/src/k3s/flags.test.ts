import { describe, expect, it } from 'vitest';
import { AGENT_FLAGS, COMMON_FLAGS, SERVER_FLAGS } from './flag-list.js';
import { findK3sFlag, k3sFlagNames } from './flags.js';

describe('a flag of k3s', () => {
  it.each([
    [
      'node-label',
      { name: 'node-label', takesValue: true, isRepeatable: true, commands: ['server', 'agent'] },
    ],
    ['c', { name: 'config', takesValue: true, isRepeatable: false, commands: ['server', 'agent'] }],
    ['etcd-s3', { name: 'etcd-s3', takesValue: false, isRepeatable: false, commands: ['server'] }],
    ['disable', { name: 'disable', takesValue: true, isRepeatable: true, commands: ['server'] }],
  ])('is found by its whole name or alias: %s', (name, flag) => {
    expect(findK3sFlag(name)).toEqual(flag);
  });

  it.each(['', 's3', 'etcd-s', 'node-label=', 'config/c', ' debug', 'debug docker'])('is not %j', (name) => {
    expect(findK3sFlag(name)).toBeUndefined();
  });

  it('is found for each name and alias in the lists', () => {
    const names = [COMMON_FLAGS, SERVER_FLAGS, AGENT_FLAGS].join(' ').match(/[a-z0-9-]+/g) ?? [];
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name) => findK3sFlag(name) === undefined)).toEqual([]);
  });
});

describe('the names of the flags of a command', () => {
  it('are without aliases and without those of the other command', () => {
    expect(k3sFlagNames('server')).toEqual(expect.arrayContaining(['config', 'disable']));
    expect(k3sFlagNames('server')).not.toContain('c');
    expect(k3sFlagNames('agent')).not.toContain('disable');
  });
});
