import { type FetchOptions, type FetchResult, HaosError } from '@haos/host';
import { createTestHost, type TestHost, type TestHostOptions } from '@haos/host/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { CloudConfig } from '../generated/types.js';
import type { Issue } from '../issue.js';
import { validate } from '../validate.js';
import { readJournals } from './journal.js';
import { apply } from './run.js';
import { runPhase } from './run-phase.js';
import type { PhaseResult } from './types.js';

const hosts: TestHost[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
});

function createHost(options: TestHostOptions = {}): TestHost {
  const host = createTestHost(options);
  hosts.push(host);
  return host;
}

const K3S = { '/usr/sbin/k3s': { content: 'a stand-in for k3s', mode: 0o755 } };
const SERVICE = { 'rc-service': { exitCode: 0 } };

/** Simulates a server that never answers. */
function hang(_url: string, { signal }: FetchOptions = {}): Promise<FetchResult> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new HaosError('HAOS_HTTP_TIMEOUT', 'no answer')));
  });
}

function statuses(result: PhaseResult): Record<string, string> {
  return Object.fromEntries(result.steps.map(({ applier, status }) => [applier, status]));
}

describe('apply', () => {
  it('continues after a failed step, and names it', async () => {
    const host = createHost({ sysctls: { 'kernel.panic': '0' }, commands: { sh: { exitCode: 0 } } });
    const config: CloudConfig = {
      writeFiles: [
        { path: '/etc/a', owner: 'nobody-here' },
        { path: '/etc/b', content: 'b' },
      ],
      bootCmd: ['true'],
      haos: { sysctls: { 'no.such': '1', 'kernel.panic': '10' } },
    };

    const result = await apply(config, { host, phase: 'boot' });

    expect(statuses(result)).toMatchObject({ sysctls: 'failed', 'write-files': 'failed', 'boot-cmd': 'ran' });
    expect(result.steps.flatMap(({ failures }) => failures.map(({ code }) => code))).toEqual([
      'HAOS_KERNEL_SYSCTL',
      'HAOS_ACCOUNT_UNKNOWN',
    ]);
    expect(host.files.readText('/etc/b')).toBe('b');
    expect(host.kernel.sysctl('kernel.panic')).toBe('10');
  });

  it('changes nothing the second time', async () => {
    const host = createHost({ tree: K3S, sysctls: { 'kernel.panic': '0' }, commands: SERVICE });
    const config: CloudConfig = {
      hostname: 'node1',
      writeFiles: [{ path: '/etc/a', content: 'a', permissions: '0600' }],
      haos: {
        sysctls: { 'kernel.panic': '10' },
        password: 'supersecure',
        dnsNameservers: ['1.1.1.1'],
        wifi: [{ name: 'home', passphrase: 'mypassword' }],
        environment: { http_proxy: 'http://proxy:3128' },
        token: 'TOKEN_VALUE',
      },
    };
    await apply(config, { host, phase: 'boot' });

    const second = await apply(config, { host, phase: 'boot' });

    expect(second.steps.filter(({ status }) => status === 'changed' || status === 'failed')).toEqual([]);
  });

  it('does not let commands or k3s wait for downloads, and ends all downloads after one budget', async () => {
    const never = 'https://never.example/';
    const testHost = createHost({ tree: K3S, commands: { ...SERVICE, sh: { exitCode: 0 } } });
    const host = { ...testHost, fetch: hang };
    const config: CloudConfig = {
      sshAuthorizedKeys: [`${never}keys`],
      bootManifests: [{ url: `${never}a.yaml` }],
      runCmd: ['true'],
    };

    const result = await apply(config, { host, phase: 'runtime', fetchBudget: 60_000 });

    const order = result.steps.map(({ applier }) => applier);
    expect(order.indexOf('run-cmd')).toBeLessThan(order.indexOf('boot-manifests'));
    expect(order.indexOf('k3s')).toBeLessThan(order.indexOf('boot-manifests'));
    expect(statuses(result)).toMatchObject({
      'run-cmd': 'ran',
      'boot-manifests': 'failed',
      'ssh-authorized-keys-remote': 'failed',
    });
    expect(testHost.clock.sleeps).toEqual([60_000]);
  });

  it('retries a download on a live machine, which may not have its network yet, until the budget ends', async () => {
    const retries: (number | undefined)[] = [];
    const fetch = async (_url: string, options: FetchOptions = {}): Promise<FetchResult> => {
      retries.push(options.retries);
      throw new HaosError('HAOS_HTTP_FAILED', 'no route');
    };
    const config: CloudConfig = { bootManifests: [{ url: 'https://m.example/a.yaml' }] };

    for (const kind of ['live', 'rooted'] as const)
      await apply(config, { host: { ...createHost({ kind }), fetch }, phase: 'runtime' });

    expect(retries).toEqual([30, undefined]);
  });

  it('never shows a secret in what failed', async () => {
    const host = createHost({
      responses: { 'https://u:hunter2xyz@keys.example/k': { status: 404 } },
    });
    const config: CloudConfig = { sshAuthorizedKeys: ['https://u:hunter2xyz@keys.example/k'] };

    const result = await apply(config, { host, phase: 'runtime' });

    expect(statuses(result)['ssh-authorized-keys-remote']).toBe('failed');
    expect(JSON.stringify(result)).not.toContain('hunter2xyz');
  });
});

describe('runPhase', () => {
  it('applies the valid part, keeps a journal, and exits with 4 if something was left out', async () => {
    const host = createHost({
      tree: {
        '/haos/system/config.yaml': 'hostname: node1\nhaos: {token: [x]}\n',
        '/var/lib/rancher/HAOS/config.yaml': 'broken: [yaml',
      },
    });

    const result = await runPhase({ host, phase: 'boot' });

    expect(result.exitStatus).toBe(4);
    expect(host.files.readText('/etc/hostname')).toBe('node1\n');
    const [journal] = readJournals(host);
    expect(journal).toMatchObject({ phase: 'boot', state: 'done', exitStatus: 4 });
    expect(journal?.issues.map(({ code }) => code).sort()).toEqual(['invalid-yaml', 'wrong-type']);
    expect(host.files.stat('/run/haos/journal/boot.json')?.mode).toBe(0o600);
    // The banner shows this file. All users may read it, so it contains no secret of the
    // configuration.
    expect(host.files.readText('/run/haos/configuration')).toMatch(
      /^2 errors\n {2}error: .*config\.yaml:1\)\n {2}error: haos\.token must be a string, not a list .*\n$/,
    );
    expect(host.files.stat('/run/haos/configuration')?.mode).toBe(0o644);
  });

  it('reports the issues of validation once, and leaves nothing else out because of them', async () => {
    const text = 'hostname: a_b\nhaos: {modules: ["-r"], labels: {a b: c}, token: secret-token}\n';
    const host = createHost({
      tree: {
        ...K3S,
        '/haos/system/config.yaml': text,
      },
      commands: SERVICE,
    });

    const result = await runPhase({ host, phase: 'boot' });

    const { issues } = validate({ file: 'a', content: text });
    const shapeOf = ({ code, severity, key }: Issue) => ({ code, severity, key });
    expect(result.issues.map(shapeOf)).toEqual(expect.arrayContaining(issues.map(shapeOf)));
    expect(result.issues).toHaveLength(issues.length);
    expect(result.exitStatus).toBe(4);
    const summary = host.files.readText('/run/haos/configuration');
    expect(summary).toMatch(/^3 errors\n {2}error: "a_b" is not a host name/);
    expect(summary).not.toContain('secret-token');
    expect(host.files.readText('/etc/rancher/k3s/config.yaml.d/50-haos.yaml')).not.toContain('a b');
    expect(host.files.readText('/etc/rancher/k3s/k3s-service.env')).toContain('K3S_TOKEN=secret-token');
  });

  it('updates its journal step by step, with the running step', async () => {
    const seen: unknown[] = [];
    const host = createHost({
      tree: { '/haos/system/config.yaml': 'hostname: node1\nboot_cmd: [hangs]\n' },
      commands: {
        sh: () => {
          seen.push(readJournals(host)[0]);
          return {};
        },
      },
    });

    await runPhase({ host, phase: 'boot' });

    expect(seen).toMatchObject([{ state: 'running', current: 'boot-cmd' }]);
    expect(seen).toMatchObject([
      { steps: expect.arrayContaining([expect.objectContaining({ applier: 'hostname' })]) },
    ]);
    expect(readJournals(host)[0]).not.toHaveProperty('current');
  });

  it('refuses to run while another phase runs', async () => {
    const host = createHost({ locked: ['/run/haos/apply.lock'] });

    await expect(runPhase({ host, phase: 'runtime' })).rejects.toMatchObject({ code: 'HAOS_LOCKED' });
  });
});
