import { dumpYaml } from '@haos/cc/internal';
import { createTestHost } from '@haos/host/testing';
import { answersFrom } from '@haos/questions';
import { expect, it, onTestFinished } from 'vitest';
import { askInstallation } from './ask-installation.js';

const WIRELESS = { '/sys/class/net/wlan0/phy80211/index': '0\n', '/sys/class/net/eth0/ifindex': '2\n' };
const ALL = {
  device: '/dev/vdb',
  config: '',
  github_users: ['ada', 'grace'],
  password: 'Tr0ub4dor',
  wifi: [{ name: 'office', passphrase: '00123456' }, { name: 'guests' }],
  role: 'agent',
  server_url: 'https://server:6443',
  token: '007',
};

interface Machine {
  disks?: readonly string[];
  tree?: Readonly<Record<string, string>>;
}

function createHost({ disks = ['/dev/vda', '/dev/vdb'], tree = {} }: Machine = {}) {
  const blockdevices = disks.map((path) => ({
    path,
    type: 'disk',
    size: 8e9,
    ro: false,
    mountpoints: [null],
  }));
  const host = createTestHost({
    tree,
    commands: { lsblk: { stdout: JSON.stringify({ blockdevices }) }, blkid: {} },
  });
  onTestFinished(() => host.dispose());
  return host;
}

it('creates a configuration from the answers, with an encrypted password', async () => {
  const { target, config } = await askInstallation(answersFrom(ALL), {
    host: createHost({ tree: WIRELESS }),
  });
  const { url, answers = {} } = config;

  expect({ target, url }).toEqual({ target: { device: '/dev/vdb' }, url: undefined });
  expect(answers).toEqual({
    sshAuthorizedKeys: ['github:ada', 'github:grace'],
    haos: {
      password: expect.stringMatching(/^\$6\$/),
      wifi: [{ name: 'office', passphrase: '00123456' }, { name: 'guests' }],
      serverUrl: 'https://server:6443',
      token: '007',
    },
  });
  expect(await dumpYaml(answers)).toContain("token: '007'");
});

it('does not ask for what is named or configured', async () => {
  const tree = {
    ...WIRELESS,
    '/haos/system/config.yaml':
      'ssh_authorized_keys: [github:ada]\nhaos: {password: a, token: b, wifi: [{name: w}], server_url: https://a:6443}\n',
  };

  const asked = await askInstallation(answersFrom({ config: '' }), {
    host: createHost({ tree }),
    target: { device: '/dev/vda', keepState: true },
    config: { keep: true },
  });

  expect(asked).toEqual({
    target: { device: '/dev/vda', keepState: true },
    config: { keep: true, answers: { haos: {} } },
  });
});

it('uses a single disk without asking, and asks for networks only with a wireless device', async () => {
  const { device: _device, wifi: _wifi, ...rest } = ALL;

  const asked = await askInstallation(answersFrom(rest), { host: createHost({ disks: ['/dev/vda'] }) });

  expect(asked.target.device).toBe('/dev/vda');
  expect(asked.config.answers?.haos?.wifi).toBeUndefined();
});

it('lets the checks report that there is no disk', async () => {
  const asked = await askInstallation(answersFrom(ALL), { host: createHost({ disks: [] }) });

  expect(asked.target.device).toBeUndefined();
});

it('asks for nothing else if there is a configuration file', async () => {
  const asked = await askInstallation(answersFrom({ config: '/tmp/node.yaml' }), {
    host: createHost({ disks: ['/dev/vda'], tree: { '/tmp/node.yaml': 'hostname: node\n' } }),
  });

  expect(asked).toEqual({ target: { device: '/dev/vda' }, config: { url: '/tmp/node.yaml' } });
});

it('keeps the arguments of a server beside its role', async () => {
  const tree = { '/haos/system/config.yaml': 'haos: {k3s_args: [--disable=traefik]}\n' };
  const answers = answersFrom({ config: '', github_users: 'ada', role: 'server' });

  const asked = await askInstallation(answers, { host: createHost({ disks: ['/dev/vda'], tree }) });

  expect(asked.config.answers?.haos?.k3sArgs).toEqual(['server', '--disable=traefik']);
});

it.each([
  ['config', { config: 'node.yaml' }],
  ['config', { config: '/none.yaml' }],
  ['config', { config: '/invalid.yaml' }],
  ['github_users', { github_users: 'no/user' }],
  // Without either, login is impossible.
  ['password', { github_users: '', password: '' }],
  ['wifi.0.passphrase', { wifi: [{ name: 'office', passphrase: 'short' }] }],
  ['server_url', { server_url: 'server' }],
  ['token', { token: '' }],
  ['device', { device: '/dev/vdc' }],
])('refuses a bad answer to %s: %j', async (name, bad) => {
  const host = createHost({ tree: { ...WIRELESS, '/invalid.yaml': 'hostnme: a\n' } });

  await expect(askInstallation(answersFrom({ ...ALL, ...bad }), { host })).rejects.toMatchObject({
    code: 'HAOS_QUESTIONS_ANSWER',
    details: { name },
  });
});
