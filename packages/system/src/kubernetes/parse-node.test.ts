import { describe, expect, it } from 'vitest';
import { parseNode } from './parse-node.js';

const BOOT = '3ad0b7d5-52dd-4a4e-9a40-0d3c3a0c0a50';

interface Parts {
  ready?: { status: string; message?: string };
  bootID?: string;
  spec?: object;
}

function node({ ready, bootID = BOOT, spec = {} }: Parts): string {
  const conditions = [
    { type: 'DiskPressure', status: 'False', message: 'kubelet has no disk pressure' },
    ...(ready ? [{ type: 'Ready', ...ready }] : []),
  ];
  const nodeInfo = { bootID, kubeletVersion: 'v1.36.4+k3s1' };
  return JSON.stringify({ kind: 'Node', spec, status: { conditions, nodeInfo } });
}

describe('parseNode', () => {
  it('reports that it is Ready, and its version', () => {
    const text = node({ ready: { status: 'True', message: 'kubelet is posting ready status' } });

    expect(parseNode(text, BOOT)).toEqual({
      state: 'Ready',
      reason: undefined,
      version: 'v1.36.4+k3s1',
      isCordoned: false,
    });
  });

  it.each(['False', 'Unknown'])('reports that it is not Ready, and why, if the condition is %s', (status) => {
    const message = 'container runtime network not ready: cni plugin not initialized';

    expect(parseNode(node({ ready: { status, message } }), BOOT)).toMatchObject({
      state: 'NotReady',
      reason: message,
    });
  });

  it('reports unknown if an earlier boot reported the condition', () => {
    const text = node({ ready: { status: 'True' }, bootID: 'another' });

    expect(parseNode(text, BOOT)).toMatchObject({
      state: 'unknown',
      reason: 'the node has not reported since this boot',
    });
    expect(parseNode(text, undefined)).toMatchObject({ state: 'Ready' });
  });

  it('reports unknown before the first report', () => {
    expect(parseNode(node({}), BOOT)).toMatchObject({ state: 'unknown' });
  });

  it('reports that it is cordoned', () => {
    const text = node({ ready: { status: 'True' }, spec: { unschedulable: true } });

    expect(parseNode(text, BOOT)).toMatchObject({ state: 'Ready', isCordoned: true });
  });

  it.each(['', 'null', '[]', '<html>', '{"kind":"Status","reason":"Forbidden"}'])(
    'reports unknown if the answer is %j',
    (text) => {
      expect(parseNode(text, BOOT)).toMatchObject({ state: 'unknown', version: undefined });
    },
  );
});
