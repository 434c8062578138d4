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

describe('what the API says of a node', () => {
  it('is that it is Ready, and its version', () => {
    const text = node({ ready: { status: 'True', message: 'kubelet is posting ready status' } });

    expect(parseNode(text, BOOT)).toEqual({
      state: 'Ready',
      reason: undefined,
      version: 'v1.36.4+k3s1',
      isCordoned: false,
    });
  });

  it.each(['False', 'Unknown'])('is that it is not Ready, and why, when the condition is %s', (status) => {
    const message = 'container runtime network not ready: cni plugin not initialized';

    expect(parseNode(node({ ready: { status, message } }), BOOT)).toMatchObject({
      state: 'NotReady',
      reason: message,
    });
  });

  it('says nothing of this boot when an earlier one reported it', () => {
    const text = node({ ready: { status: 'True' }, bootID: 'another' });

    expect(parseNode(text, BOOT)).toMatchObject({
      state: 'unknown',
      reason: 'the node has not reported since this boot',
    });
    expect(parseNode(text, undefined)).toMatchObject({ state: 'Ready' });
  });

  it('is unknown before the first report', () => {
    expect(parseNode(node({}), BOOT)).toMatchObject({ state: 'unknown' });
  });

  it('tells that it was cordoned', () => {
    const text = node({ ready: { status: 'True' }, spec: { unschedulable: true } });

    expect(parseNode(text, BOOT)).toMatchObject({ state: 'Ready', isCordoned: true });
  });

  it.each(['', 'null', '[]', '<html>', '{"kind":"Status","reason":"Forbidden"}'])(
    'is unknown when the answer is %j',
    (text) => {
      expect(parseNode(text, BOOT)).toMatchObject({ state: 'unknown', version: undefined });
    },
  );
});
