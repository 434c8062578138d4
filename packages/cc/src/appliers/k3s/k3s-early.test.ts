import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CloudConfig } from '../../generated/types.js';
import { runApplier, runTwice } from '../testing.js';
import { k3s } from './k3s.js';
import { k3sEarly } from './k3s-early.js';

const EARLY = '/run/haos/k3s-early';
const INPUTS = '/run/haos/k3s-inputs';
const NAMED: CloudConfig = { hostname: 'node1', haos: { k3sArgs: ['server'] } };

describe('k3sEarly', () => {
  it('records what k3s starts with, so that the runtime phase does not restart it', async () => {
    const commands = { 'rc-service k3s-service status': { exitCode: 0 } };
    const host = hostWith({ commands });
    await runApplier(k3s, NAMED, { host, phase: 'boot' });

    const { first, second } = await runTwice(k3sEarly, NAMED, { host, phase: 'boot' });
    // The service that starts k3s does the same.
    host.files.write(INPUTS, host.files.read(EARLY), { mode: 0o600 });
    const runtime = await runApplier(k3s, NAMED, { host });

    expect(first.failures).toEqual([]);
    expect(host.files.stat(EARLY)?.mode).toBe(0o600);
    expect(second.operations).toEqual([]);
    expect(runtime.failures).toEqual([]);
    expect(host.calls.map(({ args }) => args.at(-1))).toEqual(['status']);
  });

  it('puts the manifests of the image into place first', async () => {
    const tree = { '/usr/share/haos/manifests/a.yaml': 'a: 1\n' };
    const host = hostWith({ tree });

    await runApplier(k3sEarly, NAMED, { host, phase: 'boot' });

    expect(host.files.readText('/var/lib/rancher/k3s/server/manifests/a.yaml')).toBe('a: 1\n');
  });

  it('accepts a name that an earlier boot kept', async () => {
    const host = hostWith({ tree: { '/var/lib/rancher/HAOS/hostname': 'node1\n' } });

    await runApplier(k3sEarly, {}, { host, phase: 'boot' });

    expect(host.files.stat(EARLY)).toBeDefined();
  });

  it.each<[string, CloudConfig, TestHostOptions['tree']]>([
    ['the node has no name', {}, {}],
    ['there are data sources', { ...NAMED, haos: { dataSources: ['aws'] } }, {}],
    ['user data was delivered', NAMED, { '/run/config/userdata': '' }],
    ['commands come before', { ...NAMED, runCmd: ['true'] }, {}],
    ['it must not start', { ...NAMED, haos: { environment: { INSTALL_K3S_SKIP_START: 'true' } } }, {}],
    ['it is not installed', NAMED, { '/usr/sbin/k3s': { link: '/nowhere' } }],
  ])('leaves the start to the runtime phase when %s', async (_, config, tree = {}) => {
    const host = hostWith({ tree: { ...tree, [EARLY]: 'an earlier one\n' } });

    const { second } = await runTwice(k3sEarly, config, { host, phase: 'boot' });

    expect(host.files.stat(EARLY)).toBeUndefined();
    expect(second.operations).toEqual([]);
  });

  it.each([{ mode: 'install' as const }, { incomplete: true }, { k3sHold: 'unknown key haos.server_ulr' }])(
    'also leaves the start to the runtime phase with %j',
    async (options) => {
      const host = hostWith();

      await runApplier(k3sEarly, NAMED, { host, phase: 'boot', ...options });

      expect(host.files.stat(EARLY)).toBeUndefined();
    },
  );
});

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost({
    ...options,
    tree: { '/usr/sbin/k3s': { content: '', mode: 0o755 }, ...options.tree },
  });
  onTestFinished(() => host.dispose());
  return host;
}
