import { describe, expect, it } from 'vitest';
import { explainLog } from './explain-log.js';

const START = 'time="2026-11-26T10:00:00Z" level=info msg="Starting k3s agent v1.36.4+k3s1 (0a1b2c3d)"';
const keep = (text: string) => text;
const info = (text: string) => `time="2026-11-26T10:00:02Z" level=info msg="${text}"`;

describe('the explanation from the log of k3s', () => {
  it.each([
    [
      'level=error msg="token CA hash does not match the Cluster CA certificate hash: f086 != 8e7d"',
      'the server refuses the token',
    ],
    [
      info(
        'Waiting to retrieve agent configuration; server is not ready: failed to retrieve configuration from server: https://127.0.0.1:6444/v1-k3s/config: 401 Unauthorized',
      ),
      'the server refuses the token',
    ],
    [
      info('Waiting to retrieve agent configuration; server is not ready: not authorized'),
      'the server refuses the token',
    ],
    [
      'level=error msg="failed to get CA certs: https://127.0.0.1:6444/cacerts: 401 Unauthorized"',
      'the server refuses the token',
    ],
    [
      'E1126 10:00:00.000000     900 kubelet_node_status.go:107] "Unable to register node with API server" err="Unauthorized" node="a"',
      'the server refuses the token',
    ],
    [
      info(
        "Waiting to retrieve agent configuration; server is not ready: Node password rejected, duplicate hostname or contents of '/etc/rancher/node/password' may not match server node-passwd entry",
      ),
      'the server refuses this node: another node has its name',
    ],
    [
      'level=fatal msg="starting kubernetes: preparing server: bootstrap data already found and encrypted with different token"',
      'the data of this server was created with another token',
    ],
    [
      'level=fatal msg="starting kubernetes: preparing server: failed to validate server configuration: critical configuration value mismatch between servers: ClusterDNS"',
      'the arguments of this server differ from those of the cluster',
    ],
    [
      'level=error msg="failed to get CA certs: Get \\"https://10.0.0.1:6443/cacerts\\": dial tcp 10.0.0.1:6443: connect: connection refused"',
      'the server does not answer',
    ],
  ])('%s', (line, message) => {
    expect(explainLog(`${START}\n${line}\n`, keep)?.message).toBe(message);
  });

  it('is undefined while nothing is wrong', () => {
    expect(explainLog(`${START}\n${info('Running kube-apiserver')}\n`, keep)).toBeUndefined();
    expect(explainLog('', keep)).toBeUndefined();
  });

  it('ignores what a server logs about the requests of others', () => {
    const refused = info(
      'Failed to authenticate request from 10.0.0.2:55928: invalid username/password combination',
    );
    const kubelet =
      'E1126 10:00:00.000000 900 authentication.go:63] "Unable to authenticate the request" err="invalid bearer token"';

    expect(explainLog(`${START}\n${refused}\n${kubelet}\n`, keep)).toBeUndefined();
  });

  it('is an unknown fatal line unchanged, without secrets', () => {
    const line = 'time="x" level=fatal msg="failed to find \\"memory\\" cgroup of s3cr3t"';

    expect(explainLog(line, (text) => text.replaceAll('s3cr3t', '***'))).toEqual({
      message: 'failed to find "memory" cgroup of ***',
    });
  });

  it('comes from the previous process while the present one has just begun', () => {
    const before = 'level=fatal msg="token CA hash does not match the Cluster CA certificate hash"';

    expect(explainLog(`${before}\n${START}\n`, keep)?.message).toBe('the server refuses the token');
  });

  it('ignores the previous process after the present one has got further', () => {
    const before = 'level=fatal msg="token CA hash does not match the Cluster CA certificate hash"';
    const running = Array.from({ length: 40 }, (_, index) => info(`step ${index}`)).join('\n');

    expect(explainLog(`${before}\n${START}\n${running}\n`, keep)).toBeUndefined();
  });

  it('is the last of several', () => {
    const first = 'level=error msg="failed to get CA certs: dial tcp: connection refused"';
    const second = 'level=error msg="token CA hash does not match the Cluster CA certificate hash"';

    expect(explainLog([START, first, second].join('\n'), keep)?.message).toBe('the server refuses the token');
    expect(explainLog([START, second, first].join('\n'), keep)?.message).toBe('the server does not answer');
  });
});
