import { createTestHost, type TestHost } from '@haos/host/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { CloudConfig } from '../generated/types.js';
import { plan } from './plan.js';
import { apply } from './run.js';

let host: TestHost;
afterEach(() => host.dispose());

describe('plan', () => {
  const config: CloudConfig = {
    hostname: 'node1',
    writeFiles: [
      { path: '/etc/motd', content: 'hello\nworld\n' },
      { path: '/etc/secret', content: 'hidden-content', permissions: '0600' },
      { path: '/etc/app.conf', content: 'token = TOKEN_VALUE\n' },
    ],
    bootCmd: ['echo hi'],
    haos: { token: 'TOKEN_VALUE' },
  };

  it('describes the change to each resource with a diff, and changes nothing', async () => {
    host = createTestHost({ tree: { '/etc/motd': 'hello\nthere\n' } });
    const before = host.tree();

    const planned = await plan(config, { host, phase: 'boot' });

    expect(planned.hasChanges).toBe(true);
    expect(host.tree()).toEqual(before);
    const files = planned.steps.find(({ applier }) => applier === 'write-files');
    expect(files?.changes.map(({ action, target }) => `${action} ${target}`)).toEqual([
      'update /etc/motd',
      'create /etc/secret',
      'create /etc/app.conf',
    ]);
    expect(files?.changes[0]?.diff).toContain('-there\n+world');
    expect(planned.steps.find(({ applier }) => applier === 'boot-cmd')?.actions).toEqual(['boot_cmd[0]']);
  });

  it('shows no secret', async () => {
    host = createTestHost();

    const text = JSON.stringify(await plan(config, { host, phase: 'boot' }));

    expect(text).not.toContain('TOKEN_VALUE');
    expect(text).not.toContain('hidden-content');
    expect(text).toContain('token = ***');
  });

  it('has no changes after everything is applied, and names the services to restart', async () => {
    host = createTestHost({
      tree: { '/usr/sbin/k3s': { content: 'a stand-in for k3s', mode: 0o755 } },
      commands: { 'rc-service': { exitCode: 0 }, sh: { exitCode: 0 } },
    });
    await apply(config, { host, phase: 'runtime' });

    const same = await plan(config, { host, phase: 'runtime' });
    const other = await plan({ ...config, haos: { token: 'ANOTHER_TOKEN' } }, { host, phase: 'runtime' });

    expect(same.hasChanges).toBe(false);
    expect(same.restarts).toEqual([]);
    expect(other.hasChanges).toBe(true);
    expect(other.restarts).toEqual(['k3s-service']);
  });
});
