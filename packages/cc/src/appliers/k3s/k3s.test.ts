import { createTestHost, type TestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { k3s } from './k3s.js';

const SERVICE = '/etc/init.d/k3s-service';
const START = '/etc/rancher/k3s/k3s-service.sh';
const SETTINGS = '/etc/rancher/k3s/config.yaml.d/50-haos.yaml';
const ENVIRONMENT = '/etc/rancher/k3s/k3s-service.env';
const INPUTS = '/run/haos/k3s-inputs';
const CONFIG = { haos: { serverUrl: 'https://s:6443', token: 'sesame', labels: { region: 'west' } } };

describe('k3s', () => {
  it('configures but does not start during boot', async () => {
    const host = hostWith();

    const { first, second } = await runTwice(k3s, CONFIG, { host, phase: 'boot', version: '1.2.3' });

    expect(first).toMatchObject({ failures: [], notes: [] });
    expect(second.operations).toEqual([]);
    expect(host.files.stat(SERVICE)?.mode).toBe(0o755);
    expect(host.files.readText(START)).toMatch(/^exec \/usr\/sbin\/k3s agent$/m);
    expect(host.files.stat(START)?.mode).toBe(0o700);
    expect(host.files.readText(SETTINGS)).toContain(
      'node-label+:\n  - "haos.io/mode=disk"\n  - "haos.io/version=1.2.3"\n  - "region=west"\n',
    );
    expect(host.files.stat(SETTINGS)?.mode).toBe(0o600);
    expect(host.files.stat(ENVIRONMENT)?.mode).toBe(0o600);
    expect(host.files.readText(ENVIRONMENT)).toContain('K3S_KUBECONFIG_GROUP=rancher\n');
    expect(host.files.stat('/etc/logrotate.d/k3s-service')?.mode).toBe(0o644);
    expect(host.files.readText(SERVICE)).not.toContain('sesame');
    expect(JSON.stringify(first.operations, bytesAsText)).not.toContain('sesame');
  });

  it('starts at runtime, and then leaves a running k3s alone', async () => {
    const service = scriptService('stopped');
    const host = hostWith({ commands: service.commands });

    const { first, second } = await runTwice(k3s, CONFIG, { host });

    expect(first.failures).toEqual([]);
    expect(service.started).toEqual(['start']);
    expect(host.files.stat(INPUTS)?.mode).toBe(0o600);
    expect(second.operations).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['must run', CONFIG, 'wanted'],
    ['is not started', { haos: { environment: { INSTALL_K3S_SKIP_START: 'true' } } }, 'skipped'],
    ['runs no kubelet', { haos: { k3sArgs: ['server', '--disable-agent'] } }, 'nodeless'],
    ['runs one', { haos: { k3sArgs: ['server', '--disable-agent=false'] } }, 'wanted'],
  ])('records at runtime that k3s %s, for services that wait for it', async (_, config, word) => {
    const host = hostWith({ commands: scriptService('stopped').commands });

    await runApplier(k3s, config, { host, phase: 'boot' });
    expect(host.files.stat('/run/haos/k3s-start')).toBeUndefined();
    await runApplier(k3s, config, { host });

    expect(host.files.readText('/run/haos/k3s-start')).toBe(`${word}\n`);
  });

  it.each<[string, object, string | undefined]>([
    ['the node might be another one', {}, 'unknown key haos.server_ulr (config.yaml:2)'],
    ['its files cannot hold the token', { haos: { token: 'a\nb' } }, undefined],
  ])('waits where %s, and says why', async (_, config, k3sHold) => {
    const service = scriptService('stopped');
    const host = hostWith({ commands: service.commands });
    const options = { host, ...(k3sHold && { k3sHold }) };

    const boot = await runApplier(k3s, config, { ...options, phase: 'boot' });
    const { first, second } = await runTwice(k3s, config, options);

    const [word, reason = ''] = host.files.readText('/run/haos/k3s-start').split('\n');
    expect(boot.operations).toEqual([]);
    expect(word).toBe('held');
    expect(reason).toMatch(k3sHold ?? /^haos\.token: the token contains a line break/);
    expect(first.notes).toContain(`k3s is not started: ${reason}`);
    expect(second.changes).toEqual([]);
    expect(service.started).toEqual([]);
    expect(host.files.stat(SERVICE)).toBeUndefined();
  });

  it('waits if early boot refused the program, and says why', async () => {
    const host = hostWith({ tree: { '/run/haos/k3s-refused': 'it is not the k3s that was signed\n' } });
    host.files.remove('/usr/sbin/k3s');
    const { first } = await runTwice(k3s, CONFIG, { host });

    expect(host.files.readText('/run/haos/k3s-start')).toBe('held\nit is not the k3s that was signed\n');
    expect(first.notes).toContain('k3s is not started: it is not the k3s that was signed');
    expect(host.files.stat(SERVICE)).toBeUndefined();
  });

  it('that runs goes on while the configuration leaves open who the node is', async () => {
    const service = scriptService('stopped');
    const host = hostWith({ commands: service.commands });
    await runApplier(k3s, CONFIG, { host });
    const before = host.files.readText(SETTINGS);

    const run = await runApplier(k3s, {}, { host, k3sHold: 'unknown key k3os.server_url' });

    expect(run.operations.map(({ kind }) => kind)).toEqual(['write-file']);
    expect(host.files.readText(SETTINGS)).toBe(before);
    expect(service.started).toEqual(['start']);
  });

  it.each<[string, (host: TestHost) => void, object]>([
    ['its arguments', () => {}, { haos: { ...CONFIG.haos, k3sArgs: ['agent', '--debug'] } }],
    ['its token', () => {}, { haos: { ...CONFIG.haos, token: 'other' } }],
    ['a variable', () => {}, { haos: { ...CONFIG.haos, environment: { AWS_REGION: 'eu' } } }],
    [
      'a file that k3s reads in addition to that of HAOS',
      (host) => void host.files.write('/etc/rancher/k3s/config.yaml.d/90-mine.yaml', 'debug: true\n'),
      CONFIG,
    ],
    ['its binary', (host) => void host.files.link('/haos/system/k3s/current', 'v2'), CONFIG],
    [
      'its binary, through two links',
      (host) => {
        host.files.link('/usr/sbin/k3s', '/run/haos/k3s');
        host.files.link('/run/haos/k3s', '/haos/system/k3s/v2/k3s');
      },
      CONFIG,
    ],
  ])('restarts once when %s changed', async (_, change, config) => {
    const service = scriptService('stopped');
    const host = hostWith({ commands: service.commands });
    await runApplier(k3s, CONFIG, { host });

    change(host);
    await runTwice(k3s, config, { host });

    expect(service.started).toEqual(['start', 'restart']);
  });

  it('restarts a k3s that HAOS did not start, because its inputs are unknown', async () => {
    const service = scriptService('started');
    const host = hostWith({ commands: service.commands });

    await runTwice(k3s, CONFIG, { host });

    expect(service.started).toEqual(['restart']);
  });

  it('restarts a crashed one', async () => {
    const service = scriptService('crashed');
    const host = hostWith({ commands: service.commands });

    await runApplier(k3s, CONFIG, { host });

    expect(service.started).toEqual(['restart']);
  });

  it('retries in the next run after a failed start', async () => {
    const host = hostWith({
      commands: {
        'rc-service k3s-service status': { exitCode: 3 },
        'rc-service k3s-service start': { exitCode: 1 },
      },
    });

    const { first, second } = await runTwice(k3s, CONFIG, { host });

    expect(first.failures).toEqual(['HAOS_COMMAND_FAILED']);
    expect(second.failures).toEqual(['HAOS_COMMAND_FAILED']);
    expect(host.files.stat(INPUTS)).toBeUndefined();
  });

  it('always restarts in phase install', async () => {
    const service = scriptService('started');
    const host = hostWith({ commands: service.commands });

    await runTwice(k3s, CONFIG, { host, phase: 'install' });

    expect(service.started).toEqual(['restart', 'restart']);
  });

  it('never starts with INSTALL_K3S_SKIP_START, and names the variables without effect', async () => {
    const host = hostWith();
    const environment = {
      INSTALL_K3S_SKIP_START: 'true',
      INSTALL_K3S_VERSION: 'v1',
      INSTALL_K3S_EXEC: '--debug',
    };

    const run = await runApplier(k3s, { haos: { environment } }, { host });

    expect(host.calls).toEqual([]);
    expect(run.notes).toHaveLength(2);
    expect(run.notes).toContain('INSTALL_K3S_VERSION has no effect');
    expect(host.files.readText(ENVIRONMENT)).not.toContain('INSTALL_K3S');
  });

  it('is skipped in mode install', async () => {
    const host = hostWith();

    const run = await runApplier(k3s, CONFIG, { host, mode: 'install' });

    expect(run).toMatchObject({ operations: [], failures: [], notes: [expect.any(String)] });
  });

  it('renders the files and adds a note if k3s is not installed', async () => {
    const host = createTestHost();
    onTestFinished(() => host.dispose());

    const { first, second } = await runTwice(k3s, CONFIG, { host });

    expect(first).toMatchObject({ failures: [], notes: ['k3s is not installed'] });
    expect(host.files.readText(START)).toContain('exec /usr/sbin/k3s agent\n');
    expect(second.operations).toEqual([]);
    expect(host.calls).toEqual([]);
  });

  it('finds k3s in /usr/local/bin', async () => {
    const host = createTestHost({ tree: { '/usr/local/bin/k3s': { content: '', mode: 0o755 } } });
    onTestFinished(() => host.dispose());

    await runApplier(k3s, {}, { host, phase: 'boot' });

    expect(host.files.readText(START)).toContain('exec /usr/local/bin/k3s server\n');
  });

  it.each([
    ['an argument', { k3sArgs: ['server', 'a\nb'] }, 'HAOS_CC_K3S_ARGUMENT'],
    ['the value of a flag', { k3sArgs: ['server', '--node-name=a\nb'] }, 'HAOS_CC_K3S_ARGUMENT'],
    ['a token', { token: 'a\nb' }, 'HAOS_CC_ENVIRONMENT_VALUE'],
  ])('neither writes nor starts anything when %s cannot be written', async (_, haos, code) => {
    const host = hostWith();

    const run = await runApplier(k3s, { haos }, { host });

    expect(run.failures).toEqual([code]);
    expect(run.changes.filter((change) => 'path' in change && !change.path.startsWith('/run'))).toEqual([]);
    expect(host.calls).toEqual([]);
  });

  it('passes arguments to a k3s before 1.21, because it reads no drop-in files', async () => {
    const tree = {
      '/haos/system/k3s/v1.20.15+k3s1/k3s': { content: '', mode: 0o755 },
      '/haos/system/k3s/current': { link: 'v1.20.15+k3s1' },
    };
    const host = hostWith({ tree });

    await runApplier(k3s, { haos: { k3sArgs: ['server', '--debug'] } }, { host, phase: 'boot' });

    expect(host.files.readText(START)).toContain('exec /usr/sbin/k3s server --debug --node-label');
    expect(host.files.readText(SETTINGS)).toMatch(/^\{\}$/m);
  });

  it('reports what k3s will not accept, but still passes it on', async () => {
    const k3sArgs = ['agent', '--cluster-init', '--new=1', '--node-name=a'];
    const host = hostWith();

    const run = await runApplier(k3s, { haos: { k3sArgs } }, { host, phase: 'boot' });

    expect(run.failures).toEqual(['HAOS_CC_K3S_ARGUMENT']);
    expect(run.messages[0]).toContain('haos.k3s_args[1]: --cluster-init is a flag of `k3s server`');
    expect(run.notes).toEqual([expect.stringContaining('haos.k3s_args[2]')]);
    expect(host.files.readText(START)).toContain('exec /usr/sbin/k3s agent --cluster-init --new=1\n');
    expect(host.files.readText(SETTINGS)).toContain('node-name: "a"');
  });

  it('leaves files to write_files when that writes them', async () => {
    const host = hostWith();

    await runApplier(k3s, { ...CONFIG, writeFiles: [{ path: SERVICE }] }, { host, phase: 'boot' });

    expect(host.files.stat(SERVICE)).toBeUndefined();
    expect(host.files.stat(ENVIRONMENT)).toBeDefined();
  });

  it('plans the start without writing', async () => {
    const host = hostWith({ kind: 'plan', commands: { 'rc-service k3s-service status': { exitCode: 1 } } });
    const before = host.tree();

    const run = await runApplier(k3s, CONFIG, { host });

    expect(run.failures).toEqual([]);
    expect(run.operations).toContainEqual(
      expect.objectContaining({ kind: 'run', args: ['k3s-service', 'start'], status: 'planned' }),
    );
    expect(host.tree()).toEqual(before);
  });

  it('defers the start on a directory tree', async () => {
    const host = hostWith({ kind: 'rooted' });

    const { second } = await runTwice(k3s, CONFIG, { host });

    expect(second.operations).toMatchObject([{ kind: 'run', status: 'deferred' }]);
    expect(host.files.stat(INPUTS)).toBeUndefined();
  });
});

/** Simulates the service in OpenRC, and records the commands for it. */
function scriptService(state: 'stopped' | 'started' | 'crashed') {
  const started: string[] = [];
  const statuses = { stopped: 3, started: 0, crashed: 32 };
  const begin = (command: string) => () => {
    started.push(command);
    return {};
  };
  const commands: NonNullable<TestHostOptions['commands']> = {
    'rc-service k3s-service status': () => ({ exitCode: started.length > 0 ? 0 : statuses[state] }),
    'rc-service k3s-service start': begin('start'),
    'rc-service k3s-service restart': begin('restart'),
  };
  return { started, commands };
}

function bytesAsText(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
}

function hostWith(options: TestHostOptions = {}) {
  const tree = {
    '/haos/system/k3s/v1/k3s': { content: '1', mode: 0o755 },
    '/haos/system/k3s/v2/k3s': { content: '2', mode: 0o755 },
    '/haos/system/k3s/current': { link: 'v1' },
    '/usr/sbin/k3s': { link: '/haos/system/k3s/current/k3s' },
  };
  const host = createTestHost({ ...options, tree: { ...tree, ...options.tree } });
  onTestFinished(() => host.dispose());
  return host;
}
