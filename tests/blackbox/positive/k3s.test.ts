import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { haos, haosOk } from '../haos.js';
import { makeNode, type PhaseReport, reportOf, runCase } from '../run-case.js';
import { type Tree, takeSnapshot, writeTree } from '../tree.js';

const START = '/etc/rancher/k3s/k3s-service.sh';
const SETTINGS = '/etc/rancher/k3s/config.yaml.d/50-haos.yaml';
const SERVICE_ENVIRONMENT = '/etc/rancher/k3s/k3s-service.env';

/** A node with k3s that knows its mode and version. */
const INSTALLED: Tree = {
  '/haos/system/k3s/v1.30.0/k3s': { content: 'k3s', mode: 0o755 },
  '/haos/system/k3s/current': { link: 'v1.30.0' },
  '/usr/sbin/k3s': { link: '/haos/system/k3s/current/k3s' },
  '/run/haos/mode': 'disk\n',
  '/usr/lib/haos/version': 'v1.2.3+4\n',
};

/** Returns the words that the shell makes of the last line of the start script. */
function argumentsOf(root: string): string[] {
  const command = /^exec \/usr\/sbin\/k3s (.*)$/m.exec(readFileSync(join(root, START), 'utf8'))?.[1] ?? '';
  const { stdout } = spawnSync('sh', ['-c', `cd /; printf '%s\\0' ${command}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

/** Returns what k3s reads from the file that HAOS writes. */
function settingsOf(root: string): unknown {
  return load(readFileSync(join(root, SETTINGS), 'utf8'));
}

function deferredOf({ steps }: PhaseReport, applier: string): string[] {
  const step = steps.find((candidate) => candidate.applier === applier);
  return (step?.operations ?? []).filter(({ status }) => status === 'deferred').map(({ target }) => target);
}

describe('k3s', () => {
  it('gets exactly the configured arguments, and the facts about the node', async () => {
    const root = await makeNode({
      phase: 'boot',
      tree: INSTALLED,
      config: `
haos:
  k3s_args: [server, "--cluster-cidr", 10.107.0.0/23, "--kubelet-arg=eviction-hard=memory.available<5%", "--x", "it's \\"a\\" $HOME \`x\` \\\\",
    "--etcd-snapshot-schedule-cron=0 */6 * * *", "--y=0 */6 * * *", "--cluster-init"]
  labels: {region: us-west-1}
  taints: ["key1=value1:NoSchedule"]
`,
    });

    await haosOk(['config', '--boot', '--root', root]);

    expect(argumentsOf(root)).toEqual(['server', '--x', 'it\'s "a" $HOME `x` \\', '--y=0 */6 * * *']);
    expect(settingsOf(root)).toEqual({
      'cluster-cidr+': ['10.107.0.0/23'],
      'kubelet-arg+': ['eviction-hard=memory.available<5%'],
      'etcd-snapshot-schedule-cron': '0 */6 * * *',
      'cluster-init': true,
      'node-label+': ['haos.io/mode=disk', 'haos.io/version=v1.2.3-4', 'region=us-west-1'],
      'node-taint+': ['key1=value1:NoSchedule'],
    });
  });

  it('finds its token only in a file that root alone can read', async () => {
    const root = await makeNode({
      phase: 'boot',
      tree: INSTALLED,
      config: 'haos: {server_url: https://s:6443, token: "unique\'token $x"}\n',
    });
    await haosOk(['config', '--boot', '--root', root]);

    const holders = [...takeSnapshot(root)]
      .filter(([, description]) => description.startsWith('file'))
      .filter(([path]) => readFileSync(join(root, path), 'utf8').includes('unique'));

    expect(holders.map(([path, description]) => [path, description.slice(0, 9)])).toEqual([
      [SERVICE_ENVIRONMENT, 'file 0600'],
      ['/haos/system/config.yaml', 'file 0600'],
    ]);
    const script = `set -o allexport; . ${join(root, SERVICE_ENVIRONMENT)}; printenv K3S_TOKEN K3S_URL`;
    expect(spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout).toBe(
      "unique'token $x\nhttps://s:6443\n",
    );
    expect(argumentsOf(root)[0]).toBe('agent');
  });

  it('is configured at boot but started at runtime', async () => {
    const root = await makeNode({ phase: 'boot', tree: INSTALLED });

    const boot = reportOf(await haosOk(['config', '--boot', '--format', 'json', '--root', root]));
    const runtime = reportOf(await haosOk(['config', '--format', 'json', '--root', root]));

    expect(deferredOf(boot, 'k3s')).toEqual([]);
    expect(deferredOf(runtime, 'k3s')).toEqual(['rc-service k3s-service start']);
  });

  it('is restarted by the phase install, which does nothing else', async () => {
    const root = await makeNode({ tree: INSTALLED, config: 'hostname: a\nhaos: {k3s_args: [agent]}\n' });

    const report = reportOf(await haosOk(['config', '--install', '--format', 'json', '--root', root]));

    expect(report.steps.map(({ applier }) => applier)).toEqual(['k3s']);
    expect(deferredOf(report, 'k3s')).toEqual(['rc-service k3s-service restart']);
    expect(argumentsOf(root)[0]).toBe('agent');
  });

  it('is not configured in mode install', () =>
    runCase({
      name: 'mode install',
      phase: 'boot',
      tree: { ...INSTALLED, '/run/haos/mode': 'install\n' },
      config: 'haos: {k3s_args: [agent]}\n',
      steps: { k3s: 'skipped' },
      says: ['not configured in mode install'],
    }));

  it('starts before the runtime phase if that phase cannot change its configuration', async () => {
    const tree = { ...INSTALLED, '/run/haos/k3s-early': 'an earlier one\n' };
    const settled = await makeNode({ phase: 'boot', tree, config: 'hostname: a\n' });
    const open = await makeNode({ phase: 'boot', tree, config: 'hostname: a\nrun_cmd: ["true"]\n' });

    for (const root of [settled, open]) await haosOk(['config', '--boot', '--root', root]);

    expect(takeSnapshot(settled).get('/run/haos/k3s-early')).toMatch(/^file 0600/);
    expect(takeSnapshot(open).has('/run/haos/k3s-early')).toBe(false);
  });

  it('gets arguments that it rejects, for which validate, plan and boot report the same code', async () => {
    const config = 'haos: {k3s_args: [agent, --cluster-init, stray, --no-flannel, --debug]}\n';
    const root = await makeNode({ phase: 'boot', tree: INSTALLED, config });

    const validated = await haos(['config', 'validate', join(root, '/haos/system/config.yaml')]);
    const planned = await haos(['config', 'plan', '--boot', '--root', root]);
    const booted = await haos(['config', '--boot', '--root', root]);

    expect([validated.status, planned.status, booted.status]).toEqual([3, 3, 4]);
    expect(planned.stdout).toBe('');
    for (const { stdout, stderr } of [validated, planned, booted])
      for (const message of [
        '--cluster-init is a flag of `k3s server`, and this node is an agent',
        'neither a flag nor the value of a flag',
        'k3s no longer has the flag --no-flannel',
      ])
        expect(stdout + stderr).toContain(message);
    expect(argumentsOf(root)).toEqual(['agent', '--cluster-init', 'stray', '--no-flannel']);
    expect(settingsOf(root)).toMatchObject({ debug: true });
  });

  it('is also configured if it is not installed, and the node says so', () =>
    runCase({
      name: 'no k3s',
      config: 'haos: {k3s_args: [agent]}\n',
      changes: { [START]: /^exec \/usr\/sbin\/k3s agent$/m },
      says: ['k3s is not installed'],
    }));

  it('has its start in the plan of a directory, as an operation of the running system only', async () => {
    const root = await makeNode({ tree: INSTALLED, config: 'haos: {k3s_args: [agent]}\n' });

    const run = await haos(['config', 'plan', '--format', 'json', '--root', root]);

    expect(run.status).toBe(10);
    const steps = JSON.parse(run.stdout).steps as { applier: string; deferred: string[] }[];
    expect(steps.find(({ applier }) => applier === 'k3s')?.deferred).toEqual([
      'rc-service k3s-service start',
    ]);
    writeTree(root, { '/haos/system/config.yaml': 'haos: {}\n' });
    expect((await haos(['config', 'plan', '--root', root])).stdout).toContain('k3s-service');
  });
});
