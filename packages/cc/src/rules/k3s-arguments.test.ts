import { describe, expect, it } from 'vitest';
import type { Haos } from '../generated/types.js';
import { checkK3sArguments } from './k3s-arguments.js';

/** Returns each finding as `SEVERITY CODE INDEX: MESSAGE; HINT`. */
function check(haos: Haos): string[] {
  return checkK3sArguments(haos).map(
    ({ severity = 'error', code, pointer, message, hint }) =>
      `${severity} ${code} ${pointer.split('/').at(-1)}: ${message}; ${hint}`,
  );
}

describe('checkK3sArguments', () => {
  it.each(['--constructor', '--__proto__', '-toString'])('treats %s as an unknown flag', (flag) => {
    expect(check({ k3sArgs: ['server', flag] })).toEqual([
      expect.stringMatching(/^warning unknown-k3s-flag 1: /),
    ]);
  });

  it.each<[string, string[]]>([
    ['nothing', []],
    ['a command', ['server']],
    ['a cron expression', ['server', '--etcd-snapshot-schedule-cron=0 */6 * * *']],
    ['aliases and values that follow', ['agent', '-t', 'x', '-s', 'https://a:6443', '--node-ip', '::1']],
    ['values that look like flags', ['server', '--kubelet-arg', '--v', '--node-name=-x']],
    ['booleans', ['server', '--cluster-init', '--etcd-s3=false', '--debug=1']],
    ['components', ['server', '--disable', 'traefik,servicelb', '--disable=metrics-server']],
    ['hidden flags', ['server', '--disable-agent', '--kube-controller-arg=v=4']],
    ['empty entries', ['', 'server', '', '--debug']],
    ['a secret beside a configuration file of their own', ['server', '--config=/a.yaml', '-t', 'abcdef']],
  ])('accepts %s', (_, k3sArgs) => {
    expect(check({ k3sArgs })).toEqual([]);
  });

  it.each<[string, string[], string]>([
    [
      'a command in one text with its flags',
      ['server --disable traefik --debug'],
      'error joined-argument 0: k3s reads this entry as one argument, which it does not know; ' +
        'Write the list [server, --disable, traefik, --debug].',
    ],
    [
      'a command in one text with values of all kinds',
      ['agent --node-ip=::1 -t abcdef --etcd-snapshot-schedule-cron=0 */6 * * *  --debug '],
      'error joined-argument 0: k3s reads this entry as one argument, which it does not know; ' +
        'Write the list [agent, "--node-ip=::1", -t=..., "--etcd-snapshot-schedule-cron=0 */6 * * *", --debug].',
    ],
    [
      'two flags in one text without a command',
      ['server', '--disable=traefik --node-name a'],
      'error joined-argument 1: k3s reads this entry as one argument, which it does not know; ' +
        'Write 2 entries: "--disable=traefik", "--node-name=a".',
    ],
    [
      'a flag behind a blank',
      ['server', ' --debug'],
      'error joined-argument 1: k3s reads this entry as one argument, which it does not know; ' +
        'Write it as "--debug".',
    ],
    [
      'an underscore in the name of the node',
      ['server', '--node-name=worker_1'],
      'error invalid-k3s-args 1: the name of a node cannot have an underscore, and k3s does not start with this one; ' +
        'Write --node-name=worker-1.',
    ],
    [
      'a value after a blank',
      ['server', '--etcd-snapshot-schedule-cron 0 */6 * * *'],
      'error joined-argument 1: k3s reads this entry as one argument, which it does not know; ' +
        'Write it as "--etcd-snapshot-schedule-cron=0 */6 * * *".',
    ],
    [
      'a secret after a blank, which is not repeated',
      ['server', '--token abcdef'],
      'error joined-argument 1: k3s reads this entry as one argument, which it does not know; ' +
        'Write it as "--token=...".',
    ],
    [
      'no command',
      ['--debug'],
      'warning invalid-k3s-args 0: the arguments should begin with server or agent; ' +
        'Add `- server` or `- agent` as the first entry.',
    ],
    [
      'another command',
      ['etcd-snapshot', 'save'],
      'error invalid-k3s-args 0: k3s runs a node with server or agent, but this is another command; ' +
        'Begin with `- server` or `- agent`. Use run_cmd for other commands of k3s.',
    ],
    [
      'a stray word',
      ['server', '--disable', 'traefik', 'servicelb'],
      'error invalid-k3s-args 3: this word is neither a flag nor the value of a flag; ' +
        'Remove it, or repeat --disable before it.',
    ],
    [
      'a flag without its dashes',
      ['server', 'cluster-init'],
      'error invalid-k3s-args 1: this word is neither a flag nor the value of a flag; ' +
        'Write --cluster-init if the flag is meant.',
    ],
    [
      'a value that a comma split',
      ['server', '--vpn-auth=name=tailscale', 'joinKey=abcdef'],
      'error invalid-k3s-args 2: this word is neither a flag nor the value of a flag; ' +
        'Put --vpn-auth and its whole value in quotes: without them, a comma ends the entry.',
    ],
    [
      'the value of a flag that takes none',
      ['server', '--cluster-init', 'false'],
      'error invalid-k3s-args 2: this word is neither a flag nor the value of a flag; ' +
        'Remove it, or write --cluster-init=false to switch that flag off.',
    ],
    [
      'a flag of servers for an agent',
      ['agent', '--disable=traefik'],
      'error invalid-k3s-args 1: --disable is a flag of `k3s server`, and this node is an agent; ' +
        'Remove it, or begin the arguments with `- server`.',
    ],
    [
      'a flag of agents for a server',
      ['server', '--disable-apiserver-lb'],
      'error invalid-k3s-args 1: --disable-apiserver-lb is a flag of `k3s agent`, and this node is a server; ' +
        'Remove it, or begin the arguments with `- agent`.',
    ],
    [
      'no value',
      ['server', '--node-name'],
      'error invalid-k3s-args 1: --node-name needs a value; Write --node-name=VALUE.',
    ],
    [
      'a flag as the value of another',
      ['server', '--node-name', '--debug'],
      'error invalid-k3s-args 1: --node-name takes the next flag as its value; Write --node-name=VALUE.',
    ],
    [
      'a word that is not a boolean',
      ['server', '--cluster-init=yes'],
      'error invalid-k3s-args 1: --cluster-init is either true or false; Write --cluster-init or --cluster-init=false.',
    ],
    [
      'a removed flag',
      ['server', '--no-deploy', 'traefik'],
      'error invalid-k3s-args 1: k3s no longer has the flag --no-deploy; Write --disable instead.',
    ],
    [
      'a removed backend',
      ['server', '--flannel-backend=ipsec'],
      'error invalid-k3s-args 1: k3s no longer has the flannel backend ipsec; ' +
        'Write --flannel-backend=wireguard-native on every server.',
    ],
    [
      'an unknown flag that is like another',
      ['server', '--write-kubeconfig-mod=644'],
      'warning unknown-k3s-flag 1: k3s v1.36.4+k3s1 does not know the flag --write-kubeconfig-mod and does not start with it; ' +
        'Did you mean --write-kubeconfig-mode?',
    ],
    [
      'an unknown flag',
      ['server', '--quux', 'x'],
      'warning unknown-k3s-flag 1: k3s v1.36.4+k3s1 does not know the flag --quux and does not start with it; Remove it.',
    ],
    [
      'an unknown component',
      ['server', '--disable=trefik'],
      'warning invalid-k3s-args 1: k3s has no component "trefik" to disable; Did you mean traefik?',
    ],
    [
      'a control character',
      ['server', '--node-name=a\nb'],
      'error invalid-k3s-args 1: an argument of k3s has a line break or another control character; ' +
        'Write it on one line.',
    ],
  ])('finds %s', (_, k3sArgs, finding) => {
    expect(check({ k3sArgs })).toEqual([finding]);
  });

  it('warns about a secret of an unknown flag', () => {
    expect(check({ k3sArgs: ['server', '--quux-secret=abcdef'] })).toEqual([
      expect.stringContaining('unknown-k3s-flag'),
      'warning invalid-k3s-args 1: --quux-secret stays on the command line, which every user of the node can read; ' +
        'Write it into a file of your own in /etc/rancher/k3s/config.yaml.d, with permissions 0600.',
    ]);
  });

  it('gets the command from the rest of the configuration', () => {
    const k3sArgs = ['--cluster-init'];

    expect(check({ k3sArgs })).toHaveLength(1);
    expect(check({ k3sArgs, serverUrl: 'https://s:6443' })).toContainEqual(
      expect.stringContaining('--cluster-init is a flag of `k3s server`'),
    );
  });

  it('checks K3S_NODE_NAME, too', () => {
    expect(check({ environment: { K3S_NODE_NAME: 'worker_1' } })).toEqual([
      expect.stringMatching(/^error invalid-k3s-args K3S_NODE_NAME: .* Write K3S_NODE_NAME=worker-1\.$/),
    ]);
  });

  it('checks INSTALL_K3S_EXEC, too', () => {
    expect(check({ environment: { INSTALL_K3S_EXEC: 'server --no-flannel' } })).toEqual([
      'error invalid-k3s-args INSTALL_K3S_EXEC: k3s no longer has the flag --no-flannel; ' +
        'Write --flannel-backend=none instead.',
    ]);
  });

  it.each(['server --vpn-auth=joinKey=sesame', 'server --token sesame', 'server -t sesame', '-t sesame'])(
    'does not repeat the secret of %j',
    (entry) => {
      expect(check({ k3sArgs: ['server', entry] }).join()).not.toContain('sesame');
      expect(check({ k3sArgs: [entry] }).join()).not.toContain('sesame');
    },
  );
});
