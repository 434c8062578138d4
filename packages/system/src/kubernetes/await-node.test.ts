import { HaosError } from '@haos/host';
import { createTestHost, type TestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { awaitNode, isWorking } from './await-node.js';
import { NODE_KUBECONFIG, SERVER_KUBECONFIG } from './kubeconfig.js';

const KUBECONFIG =
  'server: https://127.0.0.1:6443\ncertificate-authority: /a\nclient-certificate: /b\nclient-key: /c\n';
const HEALTHZ = 'http://127.0.0.1:10248/healthz';

function hostWith(options: TestHostOptions): TestHost {
  const host = createTestHost({ hostname: 'node-1', responses: { [HEALTHZ]: 'ok' }, ...options });
  onTestFinished(() => host.dispose());
  return host;
}

/** Answers the questions in order, and repeats the last answer. */
function answering(...states: ('True' | 'False' | 'refused')[]) {
  return () => {
    const status = states.length > 1 ? states.shift() : states[0];
    if (status === 'refused') return { exitCode: 7, stderr: 'connection refused' };
    const ready = { type: 'Ready', status, message: 'no network yet' };
    return {
      stdout: JSON.stringify({
        kind: 'Node',
        status: { conditions: [ready], nodeInfo: { kubeletVersion: 'v1' } },
      }),
    };
  };
}

describe('awaitNode', () => {
  it('waits until the node is Ready', async () => {
    const host = hostWith({
      tree: { [SERVER_KUBECONFIG]: '', [NODE_KUBECONFIG]: KUBECONFIG },
      commands: { curl: answering('refused', 'False', 'True') },
    });

    expect(await awaitNode(host, { timeout: 600_000 })).toMatchObject({ isReady: true, node: 'Ready' });
    expect(host.clock.sleeps).toEqual([10_000, 10_000]);
  });

  it('waits no longer than requested', async () => {
    const host = hostWith({
      tree: { [SERVER_KUBECONFIG]: '', [NODE_KUBECONFIG]: KUBECONFIG },
      commands: { curl: answering('False') },
    });

    expect(await awaitNode(host, { timeout: 25_000 })).toMatchObject({
      isReady: false,
      reason: 'no network yet',
    });
    expect(host.clock.sleeps).toEqual([10_000, 10_000, 5_000]);
  });

  it.each([
    ['an agent is enough after two minutes', NODE_KUBECONFIG, true, 12],
    ['a server is never enough', SERVER_KUBECONFIG, false, 30],
  ])('while no API answers, the kubelet of %s', async (_, kubeconfig, isReady, pauses) => {
    const host = hostWith({ tree: { [kubeconfig]: '' }, commands: { curl: answering('refused') } });

    expect(await awaitNode(host, { timeout: 300_000 })).toMatchObject({ isReady, node: 'unknown' });
    expect(host.clock.sleeps).toHaveLength(pauses);
  });

  it('restarts the two minutes if the kubelet failed meanwhile', async () => {
    let asked = 0;
    const ill = () => {
      asked += 1;
      if (asked === 10) throw new HaosError('HAOS_HTTP_FAILED', 'refused');
      return 'ok';
    };
    const host = hostWith({
      tree: { [NODE_KUBECONFIG]: KUBECONFIG },
      commands: { curl: answering('refused') },
      responses: { [HEALTHZ]: ill },
    });

    expect(await awaitNode(host, { timeout: 600_000 })).toMatchObject({ isReady: true });
    expect(host.clock.sleeps).toHaveLength(22);
  });
});

describe('whether a node works', () => {
  const alone = { kubelet: 'ok', node: 'unknown', version: undefined } as const;

  it.each([
    ['an agent whose API has no report of this boot', { ...alone, version: 'v1' }, false],
    ['an agent that is not Ready', { ...alone, node: 'NotReady' as const }, false],
    ['an agent whose kubelet fails', { ...alone, kubelet: 'failing' as const }, false],
    ['an agent alone', alone, true],
  ])('%s, for any time that its kubelet is healthy', (_, health, expected) => {
    expect(isWorking(health, { isServer: false, aliveFor: 3_600_000 })).toBe(expected);
  });
});
