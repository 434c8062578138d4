import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { HaosError } from '@haos/host';
import { createTestHost, type TestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isNodeReady, readNodeHealth } from './node-health.js';
import { KUBELET_CERTIFICATE } from './node-name.js';

const HEALTHZ = 'http://127.0.0.1:10248/healthz';
const AGENT = '/var/lib/rancher/k3s/agent';
const KUBECONFIG = `${AGENT}/kubelet.kubeconfig`;
/** In the format of k3s. */
const CREDENTIALS = {
  [KUBECONFIG]: `apiVersion: v1
clusters:
- cluster:
    server: https://127.0.0.1:6444
    certificate-authority: ${AGENT}/server-ca.crt
  name: local
kind: Config
users:
- name: user
  user:
    client-certificate: ${AGENT}/client-kubelet.crt
    client-key: ${AGENT}/client-kubelet.key
`,
};
const NODE = JSON.stringify({
  kind: 'Node',
  status: {
    conditions: [{ type: 'Ready', status: 'True' }],
    nodeInfo: { bootID: 'b1', kubeletVersion: 'v1.36.4+k3s1' },
  },
});
const BOOTED = { '/proc/sys/kernel/random/boot_id': 'b1\n' };

function createHost(options: TestHostOptions): TestHost {
  const host = createTestHost({
    hostname: 'Node-1',
    ...options,
    tree: { ...BOOTED, ...options.tree },
    responses: { [HEALTHZ]: 'ok', ...options.responses },
  });
  onTestFinished(() => host.dispose());
  return host;
}

/** As the CA of k3s signs it for a kubelet. */
function kubeletCertificate(name: string): string {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '/dev/null'];
  const subject = ['-subj', `/O=system:nodes/CN=system:node:${name}`];
  return execFileSync('openssl', ['req', '-x509', ...key, ...subject], { encoding: 'utf8', stdio: 'pipe' });
}

describe('the health of this node', () => {
  it('is good if the kubelet and the API say so', async () => {
    const host = createHost({ tree: CREDENTIALS, commands: { curl: { stdout: NODE } } });

    const health = await readNodeHealth(host);

    expect(health).toEqual({
      name: 'node-1',
      kubelet: 'ok',
      node: 'Ready',
      reason: undefined,
      version: 'v1.36.4+k3s1',
      isCordoned: false,
    });
    expect(isNodeReady(health)).toBe(true);
    const [asked] = host.calls;
    expect(asked?.args.join(' ')).toBe(
      '--silent --show-error --fail-with-body --max-time 25 --noproxy * ' +
        `--cacert ${AGENT}/server-ca.crt --cert ${AGENT}/client-kubelet.crt --key ${AGENT}/client-kubelet.key ` +
        'https://127.0.0.1:6444/api/v1/nodes/node-1',
    );
    expect(asked?.options.readOnly).toBe(true);
  });

  it('is requested with valid arguments for curl', async () => {
    const api = createServer((_request, response) => response.end(NODE)).listen(0, '127.0.0.1');
    onTestFinished(() => void api.close());
    await once(api, 'listening');
    const address = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const kubeconfig = CREDENTIALS[KUBECONFIG]?.replace(/https:.*/, address) ?? '';
    const host = createHost({ tree: { [KUBECONFIG]: kubeconfig }, commands: { curl: { stdout: NODE } } });
    await readNodeHealth(host);

    const { stdout } = await promisify(execFile)('curl', host.calls[0]?.args ?? []);

    expect(stdout).toBe(NODE);
  });

  it('is requested by the name of the node in Kubernetes', async () => {
    const tree = { ...CREDENTIALS, [KUBELET_CERTIFICATE]: kubeletCertificate('other-name') };
    const host = createHost({ tree, commands: { curl: { stdout: NODE } } });

    expect(await readNodeHealth(host)).toMatchObject({ name: 'other-name', node: 'Ready' });
    expect(host.calls[0]?.args.at(-1)).toBe('https://127.0.0.1:6444/api/v1/nodes/other-name');
  });

  it('uses the host name while the certificate is only partly written', async () => {
    const host = createHost({ tree: { [KUBELET_CERTIFICATE]: '-----BEGIN CERTIFICATE-----\nMIIB' } });

    expect(await readNodeHealth(host)).toMatchObject({ name: 'node-1' });
  });

  it.each<[string, TestHostOptions, object]>([
    [
      'no kubeconfig',
      {},
      { node: 'unknown', reason: 'k3s has not written the kubeconfig of the kubelet yet' },
    ],
    [
      'a kubeconfig that is only partly written',
      { tree: { [KUBECONFIG]: CREDENTIALS[KUBECONFIG]?.slice(0, -60) ?? '' } },
      { node: 'unknown', reason: 'k3s has not written the kubeconfig of the kubelet yet' },
    ],
    [
      'an API that refuses the connection',
      {
        tree: CREDENTIALS,
        commands: { curl: { exitCode: 7, stderr: 'curl: (7) Failed to connect to 127.0.0.1 port 6444' } },
      },
      { node: 'unknown', reason: 'Failed to connect to 127.0.0.1 port 6444' },
    ],
    [
      'an API that does not know the node',
      {
        tree: CREDENTIALS,
        commands: {
          curl: {
            exitCode: 22,
            stdout: '{"kind":"Status","message":"nodes \\"node-1\\" not found"}',
            stderr: 'x',
          },
        },
      },
      { node: 'unknown', reason: 'nodes "node-1" not found' },
    ],
    [
      'an API that does not answer',
      { tree: CREDENTIALS, commands: { curl: { exitCode: 52 } } },
      { node: 'unknown', reason: 'the API does not answer' },
    ],
    [
      'an API that does not answer in time',
      {
        tree: CREDENTIALS,
        commands: {
          curl: {
            exitCode: 28,
            stderr: 'curl: (28) Operation timed out after 25001 milliseconds with 0 bytes',
          },
        },
      },
      { node: 'unknown', reason: 'the API did not answer within 25 seconds' },
    ],
    [
      'a curl that is killed',
      { tree: CREDENTIALS, commands: { curl: failing('HAOS_COMMAND_FAILED') } },
      { node: 'unknown', reason: 'HAOS_COMMAND_FAILED' },
    ],
    [
      'a failing kubelet',
      { responses: { [HEALTHZ]: { status: 500, body: 'not ok' } } },
      { kubelet: 'failing', node: 'unknown' },
    ],
    [
      'no kubelet',
      {
        responses: {
          [HEALTHZ]: () => {
            throw new HaosError('HAOS_HTTP_FAILED', 'refused');
          },
        },
      },
      { kubelet: 'unreachable', node: 'unknown' },
    ],
  ])('reports %s', async (_, options, expected) => {
    const health = await readNodeHealth(createHost(options));

    expect(health).toMatchObject(expected);
    expect(isNodeReady(health)).toBe(false);
  });

  it('also needs the kubelet: the API notices its end much later', () => {
    expect(isNodeReady({ kubelet: 'unreachable', node: 'Ready' })).toBe(false);
  });

  it('is not requested if the system is not running', async () => {
    const host = createTestHost({ kind: 'rooted', tree: CREDENTIALS });
    onTestFinished(() => host.dispose());

    expect(await readNodeHealth(host)).toMatchObject({ kubelet: 'unreachable', node: 'unknown' });
    expect(host.operations).toEqual([]);
  });
});

function failing(code: string) {
  return () => {
    throw new HaosError(code, code);
  };
}
