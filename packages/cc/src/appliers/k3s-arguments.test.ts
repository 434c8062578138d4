import { describe, expect, it } from 'vitest';
import type { Haos } from '../generated/types.js';
import { k3sArguments } from './k3s-arguments.js';

const NOWHERE = { mode: undefined, version: undefined };
const URL = 'https://server.example:6443';

describe('k3sArguments', () => {
  it.each<[string, Haos, string[]]>([
    ['a server without anything', {}, ['server']],
    ['an agent when there is a server to join', { serverUrl: URL }, ['agent']],
    ['an agent when the environment names the server', { environment: { K3S_URL: URL } }, ['agent']],
    [
      'k3s_args as they are',
      { serverUrl: URL, k3sArgs: ['server', '--a', 'b c', '--d=e'] },
      ['server', '--a', 'b c', '--d=e'],
    ],
    ['the command when k3s_args begin with a flag', { k3sArgs: ['--a', 'b'] }, ['server', '--a', 'b']],
    ['no empty argument', { k3sArgs: ['', 'server', ''] }, ['server']],
    ['the command of INSTALL_K3S_EXEC', { environment: { INSTALL_K3S_EXEC: 'agent --a' } }, ['agent', '--a']],
    [
      'the flags of INSTALL_K3S_EXEC before those of k3s_args, whose command wins',
      { k3sArgs: ['server', '--b'], environment: { INSTALL_K3S_EXEC: `agent --a="x y"` } },
      ['server', '--a=x y', '--b'],
    ],
    [
      'the command of INSTALL_K3S_EXEC before flags of k3s_args',
      { k3sArgs: ['--b'], environment: { INSTALL_K3S_EXEC: 'agent --a' } },
      ['agent', '--a', '--b'],
    ],
    [
      'sorted labels, then taints in their order',
      { labels: { b: '2', a: '1' }, taints: ['k=v:NoSchedule', '', 'a=b:NoExecute'] },
      [
        'server',
        '--node-label',
        'a=1',
        '--node-label',
        'b=2',
        '--node-taint',
        'k=v:NoSchedule',
        '--node-taint',
        'a=b:NoExecute',
      ],
    ],
  ])('gives %s', (_, haos, expected) => {
    expect(k3sArguments(haos, NOWHERE)).toEqual(expected);
  });

  it('adds the labels of HAOS, which a configuration cannot change', () => {
    const haos = { labels: { 'haos.io/mode': 'mine', 'haos.io/upgrade': 'enabled' } };

    expect(k3sArguments(haos, { mode: 'disk', version: 'v1.2.3+build/4' })).toEqual([
      'server',
      ...['--node-label', 'haos.io/mode=disk'],
      ...['--node-label', 'haos.io/upgrade=enabled'],
      ...['--node-label', 'haos.io/version=v1.2.3-build-4'],
    ]);
  });

  it('never holds the token', () => {
    const haos = { token: 'sesame', environment: { K3S_TOKEN: 'sesame' } };

    expect(k3sArguments(haos, NOWHERE).join(' ')).not.toContain('sesame');
  });

  it('refuses an INSTALL_K3S_EXEC whose quotes do not end', () => {
    expect(() => k3sArguments({ environment: { INSTALL_K3S_EXEC: 'server "--a' } }, NOWHERE)).toThrow(
      expect.objectContaining({ code: 'HAOS_CC_K3S_ARGUMENT' }),
    );
  });
});
