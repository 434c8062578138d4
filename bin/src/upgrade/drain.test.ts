import { createTestHost, type TestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Context } from '../command.js';
import { drainForUpgrade } from './drain.js';

const POD = {
  SYSTEM_UPGRADE_NODE_NAME: 'agent-1',
  SYSTEM_UPGRADE_POD_UID: 'uid-1',
  KUBERNETES_SERVICE_HOST: '10.43.0.1',
  KUBERNETES_SERVICE_PORT: '443',
};

function hostWith(options: TestHostOptions): TestHost {
  const host = createTestHost({ hostname: 'server-1', ...options });
  onTestFinished(() => host.dispose());
  return host;
}

function drain(host: Parameters<typeof drainForUpgrade>[0], env: Context['env'] = {}) {
  return drainForUpgrade(host, '/haos/system', { env, err: () => {} } as unknown as Context);
}

describe('draining for an upgrade', () => {
  it('runs the launcher in a pod, with only the variables that it needs', async () => {
    const host = hostWith({ commands: { '/haos/system/haos/current/haos': {} } });

    await drain(host, { ...POD, HAOS_SECRET: 'x' });

    expect(host.calls.map(({ args }) => args.slice(0, 3))).toEqual([
      ['kubectl', 'get', 'node'],
      ['kubectl', 'drain', 'agent-1'],
    ]);
    const { SYSTEM_UPGRADE_NODE_NAME: _, ...needed } = POD;
    for (const { options } of host.calls) expect(options.env).toEqual(needed);
  });

  it('uses the credentials of the administrator on a server', async () => {
    const host = hostWith({ tree: { '/etc/rancher/k3s/k3s.yaml': '' }, commands: { k3s: {} } });

    await drain(host);

    expect(host.calls[1]?.args.slice(0, 5)).toEqual([
      'kubectl',
      '--kubeconfig',
      '/etc/rancher/k3s/k3s.yaml',
      'drain',
      'server-1',
    ]);
  });

  it('is refused on a machine without a node', async () => {
    await expect(drain(hostWith({}))).rejects.toMatchObject({ status: 5 });
  });
});
