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

/** A kubectl that says whether the node is cordoned, and fails at some of its commands. */
function kubectl({ cordoned = '', failing = [] }: { cordoned?: string; failing?: readonly string[] } = {}) {
  return ({ args }: { args: readonly string[] }) => {
    const failed = failing.find((name) => args.includes(name));
    if (failed !== undefined) throw new HaosError('HAOS_COMMAND_FAILED', failed);
    return args.includes('get') ? { stdout: cordoned } : {};
  };
}

const verbs = (host: TestHost) => host.calls.map(({ args }) => args[1]);

describe('draining a node', () => {
  it('reports why it failed, and keeps its note when it cannot let the pods back', async () => {
    const host = hostWith({ commands: { haos: kubectl({ failing: ['drain', 'uncordon'] }) } });

    await expect(drainNode(host, OPTIONS)).rejects.toMatchObject({ message: 'drain' });
    expect(verbs(host)).toEqual(['get', 'drain', 'uncordon']);
    expect(host.files.readText(NOTE)).toBe('node-1\n');
  });

  it('evicts its pods, except those of the upgrade, and is remembered on the node', async () => {
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

  it('leaves a node cordoned that was so before', async () => {
    const host = hostWith({ commands: { haos: kubectl({ cordoned: 'true' }) } });

    await drainNode(host, OPTIONS);

    expect(host.files.stat(NOTE)).toBeUndefined();
  });

  it('knows its own work when it is called again', async () => {
    const host = hostWith({
      tree: { [NOTE]: 'node-1\n' },
      commands: { haos: kubectl({ cordoned: 'true' }) },
    });

    await drainNode(host, OPTIONS);

    expect(host.files.readText(NOTE)).toBe('node-1\n');
  });

  it.each([
    ['lets the pods back', '', ['get', 'drain', 'uncordon']],
    ['leaves it cordoned where it was so before', 'true', ['get', 'drain']],
  ])('that fails %s', async (_, cordoned, expected) => {
    const host = hostWith({ commands: { haos: kubectl({ cordoned, failing: ['drain'] }) } });

    await expect(drainNode(host, OPTIONS)).rejects.toMatchObject({ code: 'HAOS_COMMAND_FAILED' });

    expect(verbs(host)).toEqual(expected);
    expect(host.files.stat(NOTE)).toBeUndefined();
  });
});

describe('letting pods back', () => {
  const tree = { [layout.upgradeCordon]: 'node-1\n', [NODE_KUBECONFIG]: '' };

  it('is done with the credentials of the node, once', async () => {
    const host = hostWith({ tree, commands: { k3s: {} } });

    expect(await uncordonNode(host)).toBe(true);
    expect(await uncordonNode(host)).toBe(false);

    expect(host.calls.map(({ args }) => args)).toEqual([
      ['kubectl', 'uncordon', 'node-1', '--kubeconfig', NODE_KUBECONFIG],
    ]);
  });

  it('is not done where somebody else cordoned the node', async () => {
    const host = hostWith({ tree: { [NODE_KUBECONFIG]: '' } });

    expect(await uncordonNode(host)).toBe(false);
  });

  it('is tried again while the API does not answer, and remembered when it never does', async () => {
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
