import type { NodeHealth } from '@haos/system';
import { describe, expect, it } from 'vitest';
import { judgeKubernetes, type KubernetesFacts } from './kubernetes.js';

const READY: NodeHealth = {
  name: 'node-1',
  kubelet: 'ok',
  node: 'Ready',
  reason: undefined,
  version: 'v1.36.4+k3s1',
  isCordoned: false,
};
const SILENT: NodeHealth = {
  ...READY,
  kubelet: 'unreachable',
  node: 'unknown',
  reason: 'k3s has not written a kubeconfig yet',
  version: undefined,
};
const FACTS: KubernetesFacts = {
  isInstalled: true,
  version: 'v1.36.3+k3s1',
  role: 'server',
  start: 'wanted',
  isConfigured: true,
  isServiceUp: true,
  health: READY,
  finding: undefined,
};
const REFUSED = { message: 'the server refuses the token', hint: 'Compare haos.token.' };

describe('the state of Kubernetes', () => {
  it('is Ready with the version that runs', () => {
    expect(judgeKubernetes(FACTS)).toEqual({
      state: 'ready',
      reason: undefined,
      hint: undefined,
      role: 'server',
      version: 'v1.36.4+k3s1',
      node: 'node-1',
      isCordoned: false,
    });
  });

  it.each<[string, Partial<KubernetesFacts>, object]>([
    ['it is not installed', { isInstalled: false, health: undefined }, { state: 'not-installed' }],
    ['it must not start', { start: 'skipped', health: undefined, isServiceUp: undefined }, { state: 'off' }],
    ['it runs no kubelet', { start: 'nodeless', health: SILENT }, { state: 'nodeless', reason: undefined }],
    [
      'it runs no kubelet, and the server refuses it',
      { start: 'nodeless', health: SILENT, finding: REFUSED },
      { state: 'not-ready', reason: REFUSED.message },
    ],
    ['nothing runs here', { isServiceUp: undefined, health: undefined }, { state: 'unknown' }],
    [
      'it is starting',
      { health: SILENT },
      { state: 'starting', reason: SILENT.reason, version: 'v1.36.3+k3s1' },
    ],
    [
      'the phase that starts it has not ended',
      { isConfigured: false, isServiceUp: false, health: SILENT },
      { state: 'starting', reason: 'the configuration is still being applied', hint: undefined },
    ],
    [
      'its service is stopped',
      { isServiceUp: false, health: SILENT },
      { state: 'stopped', reason: undefined, hint: expect.stringContaining('rc-service') },
    ],
    [
      'its service is stopped, and the log says why',
      { isServiceUp: false, health: SILENT, finding: REFUSED },
      { state: 'stopped', reason: REFUSED.message, hint: REFUSED.hint },
    ],
    [
      'the token is wrong',
      { health: SILENT, finding: REFUSED, role: 'agent' },
      { state: 'not-ready', reason: REFUSED.message, hint: REFUSED.hint, role: 'agent' },
    ],
    [
      'the node reports why it is not Ready',
      { health: { ...READY, node: 'NotReady', reason: 'cni plugin not initialized' }, finding: REFUSED },
      { state: 'not-ready', reason: 'cni plugin not initialized' },
    ],
    [
      'the kubelet is not healthy',
      { health: { ...SILENT, kubelet: 'failing' } },
      { state: 'not-ready', reason: 'the kubelet is not healthy' },
    ],
    [
      'the kubelet works and the API does not answer',
      { health: { ...READY, node: 'unknown', reason: 'the connection was refused' } },
      { state: 'not-ready', reason: 'the connection was refused' },
    ],
    [
      'the kubelet has just ended, which the API does not know yet',
      { health: { ...READY, kubelet: 'unreachable' } },
      { state: 'starting', reason: 'the kubelet does not answer' },
    ],
    [
      'the kubelet is gone, and the log explains more than the API',
      {
        health: { ...READY, kubelet: 'unreachable', node: 'NotReady', reason: 'stopped posting' },
        finding: REFUSED,
      },
      { state: 'not-ready', reason: REFUSED.message },
    ],
    ['it was cordoned', { health: { ...READY, isCordoned: true } }, { state: 'ready', isCordoned: true }],
  ])('when %s', (_, changes, expected) => {
    expect(judgeKubernetes({ ...FACTS, ...changes })).toMatchObject(expected);
  });
});
