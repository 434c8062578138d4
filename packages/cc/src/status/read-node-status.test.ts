import { HaosError } from '@haos/host';
import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readNodeStatus } from './read-node-status.js';

const HEALTHZ = 'http://127.0.0.1:10248/healthz';
const NODE = JSON.stringify({
  kind: 'Node',
  status: {
    conditions: [{ type: 'Ready', status: 'True' }],
    nodeInfo: { bootID: 'b1', kubeletVersion: 'v1.36.4+k3s1' },
  },
});
const SET = 'v0.2.0/v1.36.4+k3s1/6.12-v0.2.0';

function journal(phase: string): string {
  return JSON.stringify({ phase, state: 'done', started: 1, ended: 2, exitStatus: 0, issues: [], steps: [] });
}

const DISK: NonNullable<TestHostOptions['tree']> = {
  '/run/haos/mode': 'disk\n',
  '/run/haos/set': `${SET}\n`,
  '/run/haos/journal/boot.json': journal('boot'),
  '/run/haos/journal/runtime.json': journal('runtime'),
  '/usr/lib/haos/version': 'v0.2.0\n',
  '/usr/sbin/k3s': '',
  '/haos/system/haos/v0.2.0/rootfs.squashfs': '',
  '/haos/system/haos/current': { link: 'v0.2.0' },
  '/haos/system/k3s/v1.36.4+k3s1/k3s': '',
  '/haos/system/k3s/current': { link: 'v1.36.4+k3s1' },
  '/haos/system/kernel/6.12-v0.2.0/vmlinuz': '',
  '/haos/system/kernel/current': { link: '6.12-v0.2.0' },
  '/proc/cmdline': 'haos.slot=current\n',
  '/proc/sys/kernel/random/boot_id': 'b1\n',
  '/var/lib/rancher/k3s/agent/kubelet.kubeconfig':
    'server: https://127.0.0.1:6443\ncertificate-authority: /a\nclient-certificate: /b\nclient-key: /c\n',
  '/etc/init.d/k3s-service':
    '#!/sbin/openrc-run\ncommand=/usr/sbin/k3s\ncommand_args="server --node-label a=b"\n',
};

const COMMANDS: NonNullable<TestHostOptions['commands']> = {
  '/usr/lib/haos/addresses': { stdout: 'eth0 10.0.2.15\n' },
  'rc-service k3s-service status': {},
  curl: { stdout: NODE },
};

async function statusOf(options: TestHostOptions = {}) {
  const host = createTestHost({
    hostname: 'node-1',
    responses: { [HEALTHZ]: 'ok' },
    ...options,
    tree: { ...DISK, ...options.tree },
    commands: { ...COMMANDS, ...options.commands },
  });
  onTestFinished(() => host.dispose());
  const before = host.operations.length;
  const status = await readNodeStatus(host);
  expect(host.operations.slice(before).filter(({ kind }) => kind !== 'fetch')).toEqual([]);
  return status;
}

describe('the status of a node', () => {
  it('is healthy on a disk with everything in order', async () => {
    expect(await statusOf()).toMatchObject({
      isHealthy: true,
      problems: [],
      hostname: 'node-1',
      version: 'v0.2.0',
      mode: 'disk',
      addresses: [{ interface: 'eth0', address: '10.0.2.15' }],
      arrays: [],
      upgrade: { state: 'unconfirmed' },
      configuration: { state: 'done', phases: ['boot', 'runtime'] },
      kubernetes: { state: 'ready', role: 'server', version: 'v1.36.4+k3s1', node: 'node-1' },
    });
  });

  it.each([
    [
      'md127 : active raid1 sdc[1](F) sdb[0]\n      101376 blocks super 1.2 [2/1] [U_]\n',
      ['array /dev/md127 (data, raid1): degraded, 1 of 2 disks work, failed: sdc'],
    ],
    [
      'md127 : active raid1 sdc[2] sdb[0]\n      1 blocks super 1.2 [2/1] [U_]\n      [>] recovery =  7.5% (7/100)\n',
      ['array /dev/md127 (data, raid1): rebuilding, 7.5 %, 1 of 2 disks work'],
    ],
    ['md127 : inactive sdb[0](S)\n      101376 blocks super 1.2\n', ['array /dev/md127 (data): stopped']],
    ['md127 : active raid1 sdc[1] sdb[0]\n      101376 blocks super 1.2 [2/2] [UU]\n', []],
  ])('is not healthy while an array lacks a disk: %j', async (entry, problems) => {
    const tree = {
      '/proc/mdstat': `Personalities : [raid1]\n${entry}`,
      '/dev/md/data': { link: '../md127' },
    };

    expect(await statusOf({ tree })).toMatchObject({
      isHealthy: problems.length === 0,
      problems,
      arrays: [{ device: '/dev/md127', name: 'data' }],
      kubernetes: { state: 'ready' },
    });
  });

  it('finds the role if the arguments are not in the service', async () => {
    const tree = {
      '/etc/init.d/k3s-service': 'command=/etc/rancher/k3s/k3s-service.sh\n',
      '/etc/rancher/k3s/k3s-service.sh': "exec /usr/sbin/k3s agent '--x'\n",
    };

    expect((await statusOf({ tree })).kubernetes).toMatchObject({ role: 'agent' });
  });

  it('has no slots on a live system', async () => {
    const status = await statusOf({ tree: { '/run/haos/mode': 'live\n' } });

    expect(status).toMatchObject({ isHealthy: true, slots: undefined, upgrade: undefined });
  });

  it('reports that the server refuses the token, without the token', async () => {
    const status = await statusOf({
      tree: {
        '/var/log/k3s-service.log':
          'level=info msg="Starting k3s agent"\nlevel=info msg="server is not ready: not authorized"\n',
      },
      commands: { curl: { exitCode: 7, stderr: 'The connection was refused' } },
      responses: { [HEALTHZ]: { status: 500 } },
    });

    expect(status.isHealthy).toBe(false);
    expect(status.kubernetes).toMatchObject({ state: 'not-ready', reason: 'the server refuses the token' });
    expect(status.problems).toEqual(['kubernetes: the node is not Ready: the server refuses the token']);
  });

  it('hides the secrets of the configuration in messages of the log', async () => {
    const status = await statusOf({
      tree: {
        '/haos/system/config.yaml': 'haos: {token: s3cr3t-t0ken}\n',
        '/var/log/k3s-service.log': 'level=fatal msg="cannot use s3cr3t-t0ken"\n',
      },
      commands: { 'rc-service k3s-service status': { exitCode: 32 }, curl: { exitCode: 7 } },
      responses: { [HEALTHZ]: { status: 500 } },
    });

    expect(status.kubernetes).toMatchObject({ state: 'stopped', reason: 'cannot use ***' });
    expect(JSON.stringify(status)).not.toContain('s3cr3t');
  });

  it.each<[string, Record<string, string>]>([
    ['it must not start', { '/run/haos/k3s-start': 'skipped\n' }],
    ['the machine is being installed', { '/run/haos/mode': 'install\n' }],
  ])('does not ask Kubernetes when %s', async (_, tree) => {
    const commands = { curl: { exitCode: 7 }, 'rc-service k3s-service status': { exitCode: 3 } };

    expect(await statusOf({ tree, commands })).toMatchObject({
      isHealthy: true,
      kubernetes: { state: 'off' },
    });
  });

  it('says why k3s waits, and does not ask Kubernetes', async () => {
    const status = await statusOf({
      tree: { '/run/haos/k3s-start': 'held\nunknown key haos.server_ulr (/c.yaml:2)\n' },
      commands: { curl: { exitCode: 7 }, 'rc-service k3s-service status': { exitCode: 3 } },
      responses: { [HEALTHZ]: { status: 500 } },
    });

    expect(status.kubernetes).toMatchObject({
      state: 'held',
      reason: 'unknown key haos.server_ulr (/c.yaml:2)',
      hint: expect.stringContaining('`sudo haos config`'),
    });
    expect(status.problems).toEqual(['kubernetes: k3s waits: unknown key haos.server_ulr (/c.yaml:2)']);
  });

  it('shows a k3s that still runs although the configuration became wrong', async () => {
    const tree = { '/run/haos/k3s-start': 'held\nunknown key k3os.token\n' };

    expect((await statusOf({ tree })).kubernetes).toMatchObject({ state: 'ready' });
  });

  it('is healthy if k3s must not run a kubelet', async () => {
    const status = await statusOf({
      tree: { '/run/haos/k3s-start': 'nodeless\n' },
      commands: { curl: { exitCode: 7 } },
      responses: { [HEALTHZ]: { status: 500 } },
    });

    expect(status).toMatchObject({ isHealthy: true, kubernetes: { state: 'nodeless' } });
  });

  it.each<[string, object]>([
    ['1000.00 900.00', { state: 'not-ready', reason: 'k3s exited soon after each of its last 5 starts' }],
    // The last start was long ago.
    ['5000.00 900.00', { state: 'starting' }],
  ])('counts the starts of a k3s that keeps exiting, at %s', async (uptime, expected) => {
    const host = createTestHost({
      tree: { ...DISK, '/run/haos/k3s-starts': '5 990\n', '/proc/uptime': `${uptime}\n` },
      commands: { ...COMMANDS, curl: { exitCode: 7, stderr: 'refused' } },
      responses: {
        [HEALTHZ]: () => {
          throw new HaosError('HAOS_HTTP_FAILED', 'refused');
        },
      },
    });
    onTestFinished(() => host.dispose());

    expect((await readNodeStatus(host)).kubernetes).toMatchObject(expected);
  });

  it('is not healthy while a phase has not ended', async () => {
    const running = JSON.stringify({ ...JSON.parse(journal('runtime')), state: 'running' });
    const status = await statusOf({ tree: { '/run/haos/journal/runtime.json': running } });

    expect(status.problems).toEqual(['configuration: not finished']);
  });

  it('is not healthy before the runtime phase, without blaming k3s', async () => {
    const status = await statusOf({
      tree: { '/run/haos/journal/runtime.json': '' },
      commands: { 'rc-service k3s-service status': { exitCode: 3 }, curl: { exitCode: 7 } },
      responses: { [HEALTHZ]: { status: 500 } },
    });

    expect(status.problems).toEqual([
      'configuration: not finished',
      'kubernetes: starting: the configuration is still being applied',
    ]);
  });

  it('reads the status of a directory tree from its files', async () => {
    const status = await statusOf({ kind: 'rooted', responses: {}, commands: {} });

    expect(status).toMatchObject({
      isHealthy: true,
      addresses: [],
      kubernetes: { state: 'unknown', role: 'server', version: 'v1.36.4+k3s1' },
    });
  });

  it('is not healthy if nothing ever ran', async () => {
    const host = createTestHost({ kind: 'rooted' });
    onTestFinished(() => host.dispose());

    expect(await readNodeStatus(host)).toMatchObject({
      isHealthy: false,
      problems: ['configuration: not applied'],
      version: undefined,
      mode: undefined,
      kubernetes: { state: 'not-installed' },
    });
  });
});
