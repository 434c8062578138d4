import { describe, expect, it } from 'vitest';
import type { Haos } from '../../generated/types.js';
import { k3sInvocation, type NodeFacts } from './k3s-arguments.js';

const NOWHERE: NodeFacts = { mode: undefined, version: undefined };
const URL = 'https://server.example:6443';

/** The command, the settings as an object, and the words that remain arguments. */
type Expected = [command: string, settings: object, ...words: string[]];

function invoke(haos: Haos, facts = NOWHERE): Expected {
  const { command, settings, words } = k3sInvocation(haos, facts);
  return [command, Object.fromEntries(settings), ...words];
}

describe('k3sInvocation', () => {
  it.each<[string, Haos, Expected]>([
    ['a server without anything', {}, ['server', {}]],
    ['an agent when there is a server to join', { serverUrl: URL }, ['agent', {}]],
    ['an agent when the environment names the server', { environment: { K3S_URL: URL } }, ['agent', {}]],
    [
      'the command when k3s_args begin with a flag',
      { k3sArgs: ['--debug', '--v=3'] },
      ['server', { debug: 'true', v: '3' }],
    ],
    ['no empty argument', { k3sArgs: ['', 'server', ''] }, ['server', {}]],
    [
      'the command of INSTALL_K3S_EXEC',
      { environment: { INSTALL_K3S_EXEC: 'agent --debug' } },
      ['agent', { debug: 'true' }],
    ],
    [
      'the flags of INSTALL_K3S_EXEC before those of k3s_args, whose command wins',
      {
        k3sArgs: ['server', '--node-name=b', '--disable=traefik'],
        environment: { INSTALL_K3S_EXEC: `agent --node-name="a a" --disable servicelb` },
      },
      ['server', { 'node-name': 'b', disable: ['servicelb', 'traefik'] }],
    ],
    [
      'sorted labels, then taints in their order',
      { labels: { b: '2', a: '1' }, taints: ['k=v:NoSchedule', '', 'a=b:NoExecute'] },
      ['server', { 'node-label': ['a=1', 'b=2'], 'node-taint': ['k=v:NoSchedule', 'a=b:NoExecute'] }],
    ],
  ])('gives %s', (_, haos, expected) => {
    expect(invoke(haos)).toEqual(expected);
  });

  it.each<[string, string[], Expected]>([
    [
      'values that are joined, follow, or are empty',
      ['server', '--cluster-cidr=10.0.0.0/8', '--node-name', 'a', '--log='],
      ['server', { 'cluster-cidr': ['10.0.0.0/8'], 'node-name': 'a', log: '' }],
    ],
    [
      'values that look like flags or hold =',
      ['agent', '--kubelet-arg', '--max-pods=5', '--kubelet-arg=v=4'],
      ['agent', { 'kubelet-arg': ['--max-pods=5', 'v=4'] }],
    ],
    [
      'aliases and single dashes',
      ['agent', '-t', 'x', '-s=y', '-node-ip', '::1', '-i', '10.0.0.1'],
      ['agent', { token: 'x', server: 'y', 'node-ip': ['::1', '10.0.0.1'] }],
    ],
    [
      'flags that stand alone or are switched off',
      ['server', '--cluster-init', '--etcd-s3=false'],
      ['server', { 'cluster-init': 'true', 'etcd-s3': 'false' }],
    ],
    [
      'the last of several values where there can be only one',
      ['server', '--node-name=a', '--node-name=b'],
      ['server', { 'node-name': 'b' }],
    ],
    [
      'flags that k3s does not have, in their order',
      ['server', '--x', 'y', '--debug', '--z', '--a=b c'],
      ['server', { debug: 'true' }, '--x', 'y', '--z', '--a=b c'],
    ],
    [
      'flags of the other command as arguments, for k3s to refuse',
      ['agent', '--cluster-init', '--debug'],
      ['agent', { debug: 'true' }, '--cluster-init'],
    ],
    [
      'words that are not flags, and flags without their value',
      ['server', 'x', '--', '--node-name'],
      ['server', {}, 'x', '--', '--node-name'],
    ],
    [
      'everything after a command that does not run a node',
      ['etcd-snapshot', 'save', '--debug'],
      ['etcd-snapshot', {}, 'save', '--debug'],
    ],
    [
      'everything beside their own configuration file',
      ['server', '--debug', '-c', '/a.yaml'],
      ['server', {}, '--debug', '-c', '/a.yaml'],
    ],
  ])('accepts %s', (_, k3sArgs, expected) => {
    expect(invoke({ k3sArgs })).toEqual(expected);
  });

  it('keeps flags as arguments if a variable names the configuration file', () => {
    const haos = { labels: { a: 'b' }, environment: { K3S_CONFIG_FILE: '/a.yaml' } };

    expect(invoke(haos)).toEqual(['server', {}, '--node-label', 'a=b']);
  });

  it('keeps flags as arguments for a k3s that reads no drop-in files', () => {
    const facts = { ...NOWHERE, readsDropIns: false };

    expect(invoke({ k3sArgs: ['server', '-v=3'] }, facts)).toEqual(['server', {}, '-v=3']);
  });

  it.each<[string, string[], NodeFacts?]>([
    ['beside a configuration file of their own', ['--config=/a.yaml']],
    ['for a k3s that reads no further files', [], { ...NOWHERE, readsDropIns: false }],
  ])('turns secrets that the file cannot hold into variables %s', (_, flags, facts = NOWHERE) => {
    const secrets = [
      ...['-t', 'one', '--agent-token=two', '--datastore-endpoint', 'mysql://u:p@tcp(h)/d'],
      ...['--vpn-auth=name=tailscale,joinKey=three', '--etcd-s3-access-key=four'],
      ...['--etcd-s3-secret-key=five', '--etcd-s3-session-token=six'],
    ];

    const { words, variables, settings } = k3sInvocation(
      { k3sArgs: ['server', ...flags, ...secrets, '--debug'] },
      facts,
    );

    expect(settings.size).toBe(0);
    expect(words).toEqual([...flags, '--debug']);
    expect(Object.fromEntries(variables)).toEqual({
      K3S_TOKEN: 'one',
      K3S_AGENT_TOKEN: 'two',
      K3S_DATASTORE_ENDPOINT: 'mysql://u:p@tcp(h)/d',
      K3S_VPN_AUTH: 'name=tailscale,joinKey=three',
      AWS_ACCESS_KEY_ID: 'four',
      AWS_SECRET_ACCESS_KEY: 'five',
      AWS_SESSION_TOKEN: 'six',
    });
  });

  it('leaves no secret of the other command as an argument', () => {
    const { words } = k3sInvocation({ k3sArgs: ['agent', '--agent-token=sesame'] }, NOWHERE);

    expect(words).toEqual([]);
  });

  it('adds the labels of HAOS, which a configuration cannot change', () => {
    const haos = { labels: { 'haos.io/mode': 'mine', 'haos.io/upgrade': 'enabled' } };

    const { settings } = k3sInvocation(haos, { mode: 'disk', version: 'v1.2.3+build/4' });

    expect(settings.get('node-label')).toEqual([
      'haos.io/mode=disk',
      'haos.io/upgrade=enabled',
      'haos.io/version=v1.2.3-build-4',
    ]);
  });

  it('never contains the token of the configuration', () => {
    const haos = { token: 'sesame', environment: { K3S_TOKEN: 'sesame' } };

    expect(JSON.stringify(invoke(haos))).not.toContain('sesame');
  });

  it('rejects an INSTALL_K3S_EXEC with an unclosed quote', () => {
    expect(() => k3sInvocation({ environment: { INSTALL_K3S_EXEC: 'server "--a' } }, NOWHERE)).toThrow(
      expect.objectContaining({ code: 'HAOS_CC_K3S_ARGUMENT' }),
    );
  });
});
