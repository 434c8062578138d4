import { HaosError } from '@haos/host';
import { createTestHost, type TestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { layout } from '../layout.js';
import { drainNode, uncordonNode } from './cordon.js';
import { NODE_KUBECONFIG } from './kubeconfig.js';

const OPTIONS = { node: 'node-1', kubectl: ['haos', 'kubectl'], directory: '/host/haos/system' } as const;
const NOTE = `/host${layout.upgradeCordon}`;

function hostWith(options: TestHostOptions): TestHost {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}

/** A kubectl that reports whether the node is cordoned, and fails for some of its commands. */
function kubectl({ cordoned = '', failing = [] }: { cordoned?: string; failing?: readonly string[] } = {}) {
  return ({ args }: { args: readonly string[] }) => {
    const failed = failing.find((name) => args.includes(name));
    if (failed !== undefined) throw new HaosError('HAOS_COMMAND_FAILED', failed);
    return args.includes('get') ? { stdout: cordoned } : {};
  };
}

const verbs = (host: TestHost) => host.calls.map(({ args }) => args[1]);

describe('draining a node', () => {
  it('reports why it failed, and keeps its note if it cannot uncordon the node', async () => {
    const host = hostWith({ commands: { haos: kubectl({ failing: ['drain', 'uncordon'] }) } });

    await expect(drainNode(host, OPTIONS)).rejects.toMatchObject({ message: 'drain' });
    expect(verbs(host)).toEqual(['get', 'drain', 'uncordon']);
    expect(host.files.readText(NOTE)).toBe('node-1\n');
  });

  it('evicts its pods except those of the upgrade, and is recorded on the node', async () => {
    const host = hostWith({ commands: { haos: kubectl() } });

    await drainNode(host, OPTIONS);

    expect(verbs(host)).toEqual(['get', 'drain']);
    expect(host.calls[1]?.args).toEqual(
      expect.arrayContaining([
        'node-1',
        '--ignore-daemonsets',
        '--pod-selector=!upgrade.cattle.io/controller',
      ]),
    );
    expect(host.files.readText(NOTE)).toBe('node-1\n');
  });

  it('leaves a node cordoned that was cordoned before', async () => {
    const host = hostWith({ commands: { haos: kubectl({ cordoned: 'true' }) } });

    await drainNode(host, OPTIONS);

    expect(host.files.stat(NOTE)).toBeUndefined();
  });

  it('recognises its own work if it is called again', async () => {
    const host = hostWith({
      tree: { [NOTE]: 'node-1\n' },
      commands: { haos: kubectl({ cordoned: 'true' }) },
    });

    await drainNode(host, OPTIONS);

    expect(host.files.readText(NOTE)).toBe('node-1\n');
  });

  it.each([
    ['uncordons the node', '', ['get', 'drain', 'uncordon']],
    ['leaves the node cordoned if it was cordoned before', 'true', ['get', 'drain']],
  ])('that fails %s', async (_, cordoned, expected) => {
    const host = hostWith({ commands: { haos: kubectl({ cordoned, failing: ['drain'] }) } });

    await expect(drainNode(host, OPTIONS)).rejects.toMatchObject({ code: 'HAOS_COMMAND_FAILED' });

    expect(verbs(host)).toEqual(expected);
    expect(host.files.stat(NOTE)).toBeUndefined();
  });
});

describe('uncordoning', () => {
  const tree = { [layout.upgradeCordon]: 'node-1\n', [NODE_KUBECONFIG]: '' };

  it('uses the credentials of the node, once', async () => {
    const host = hostWith({ tree, commands: { k3s: {} } });

    expect(await uncordonNode(host)).toBe(true);
    expect(await uncordonNode(host)).toBe(false);

    expect(host.calls.map(({ args }) => args)).toEqual([
      ['kubectl', 'uncordon', 'node-1', '--kubeconfig', NODE_KUBECONFIG],
    ]);
  });

  it('does nothing if an administrator cordoned the node', async () => {
    const host = hostWith({ tree: { [NODE_KUBECONFIG]: '' } });

    expect(await uncordonNode(host)).toBe(false);
  });

  it('is retried while the API does not answer, and remembered if it never does', async () => {
    const host = hostWith({ tree, commands: { k3s: kubectl({ failing: ['uncordon'] }) } });

    await expect(uncordonNode(host)).rejects.toMatchObject({ code: 'HAOS_COMMAND_FAILED' });

    expect(host.calls).toHaveLength(5);
    expect(host.files.stat(layout.upgradeCordon)).toBeDefined();
  });

  it('waits for k3s to write its credentials', async () => {
    const host = hostWith({ tree: { [layout.upgradeCordon]: 'node-1\n' } });

    await expect(uncordonNode(host)).rejects.toMatchObject({ hint: expect.stringContaining('k3s') });
    expect(host.clock.sleeps).toHaveLength(4);
  });
});
