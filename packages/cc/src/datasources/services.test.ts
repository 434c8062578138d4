import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootedHost } from '@haos/host';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type MetadataFixture, type MetadataServerOptions, startMetadataServer } from '../testing/index.js';
import { askDataSources, type DataSourceOptions, fetchDataSources } from './fetch-data-sources.js';
import type { DataSourceName } from './types.js';

const KEYS = ['ssh-ed25519 AAAAone one@example', 'ssh-ed25519 AAAAtwo two@example'];
const FIXTURE: MetadataFixture = {
  hostname: 'node-1',
  instanceId: 'i-123',
  instanceType: 'small',
  region: 'eu',
  availabilityZone: 'eu-1',
  publicIpv4: '192.0.2.1',
  localIpv4: '10.0.0.1',
  sshKeys: KEYS,
  // Bytes that a transfer as text would change.
  userData: new Uint8Array([0x1f, 0x8b, 0, 255, 13, 10, 10]),
};
const NAMES = ['aws', 'digitalocean', 'gcp', 'hetzner', 'openstack', 'packet', 'scaleway', 'vultr'] as const;
/** With this header, HAOS retries at once, so that tests do not wait. */
const AT_ONCE = { 'retry-after': '0' };
const GENEROUS = 60_000;

function makeHost() {
  const root = mkdtempSync(join(tmpdir(), 'haos-datasources-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return { root, host: rootedHost(root) };
}

async function serve(
  name: DataSourceName,
  fixture: MetadataFixture = FIXTURE,
  options: MetadataServerOptions = {},
) {
  const server = await startMetadataServer(name, fixture, options);
  onTestFinished(() => server.close());
  return server;
}

/** Asks a server that simulates `name`. */
async function ask(
  name: DataSourceName,
  options: MetadataServerOptions & DataSourceOptions & { fixture?: MetadataFixture } = {},
) {
  const server = await serve(name, options.fixture, options);
  const { host } = makeHost();
  const asking = { endpoint: server.url, budget: options.budget ?? GENEROUS };
  const { report, delivery } = await askDataSources(host, [name], asking);
  return { outcome: report.sources[0]!, delivery, server };
}

describe.each(NAMES)('%s', (name) => {
  it('returns user data byte for byte, and metadata', async () => {
    const { outcome, delivery } = await ask(name);

    expect(outcome).toMatchObject({ status: 'user-data', message: undefined });
    expect(delivery.userData).toEqual(FIXTURE.userData);
    expect(delivery.metadata).toMatchObject({ hostname: 'node-1', sshKeys: KEYS, instanceId: 'i-123' });
    expect(Object.values(FIXTURE)).toEqual(
      expect.arrayContaining(Object.values(delivery.metadata).filter(Boolean)),
    );
  });

  it('has only metadata', async () => {
    const { outcome, delivery } = await ask(name, { fixture: { ...FIXTURE, userData: undefined } });

    expect(outcome.status).toBe('metadata');
    expect(delivery).toMatchObject({ provider: name, userData: undefined, metadata: { hostname: 'node-1' } });
  });

  it('treats an empty document as no user data', async () => {
    const { outcome } = await ask(name, { fixture: { ...FIXTURE, userData: '' } });

    expect(outcome.status).toBe('metadata');
  });

  it('has nothing', async () => {
    const { outcome } = await ask(name, { faults: [{ status: 404 }] });

    expect(outcome.status).toBe('none');
  });

  it('is asked again after transient errors, and after broken connections', async () => {
    const passing = [429, 500, 503].map((status) => ({ times: 1, status, headers: AT_ONCE }));
    const broken = [
      { times: 1, connection: 'disconnect' as const },
      { times: 1, connection: 'truncate' as const },
    ];

    const { outcome, delivery } = await ask(name, { faults: [...passing, ...broken] });

    expect(outcome.status).toBe('user-data');
    expect(delivery.userData).toEqual(FIXTURE.userData);
    expect(delivery.metadata).toMatchObject({ hostname: 'node-1', sshKeys: KEYS });
  });

  it('is awaited if it is slow', async () => {
    const { outcome } = await ask(name, { faults: [{ delay: 200 }] });

    expect(outcome.status).toBe('user-data');
  });

  it('is abandoned if it does not answer', async () => {
    const { outcome } = await ask(name, { faults: [{ connection: 'hang' }], budget: 300 });

    expect(outcome.status).toBe('failed');
  });

  it.each([401, 403])('is not asked again after status %i', async (status) => {
    const { outcome, server } = await ask(name, { faults: [{ status }] });

    expect(outcome.status).toBe('failed');
    const asked = server.requests.map(({ method, path }) => `${method} ${path}`);
    expect(asked.length).toBeLessThanOrEqual(new Set(asked).size * 2);
  });

  it('is not confused with a server that answers everything with a page', async () => {
    const page = '<!DOCTYPE html>\n<html>log in</html>\n';

    const { outcome, delivery } = await ask(name, {
      faults: [{ status: 200, headers: { 'content-type': 'text/html' }, body: page }],
    });

    expect(outcome.status).toBe('failed');
    expect(delivery).toMatchObject({ userData: undefined, metadata: {} });
  });

  it('does not redirect to another host', async () => {
    const elsewhere = await serve(name);

    const { outcome } = await ask(name, {
      faults: [{ status: 302, headers: { location: `${elsewhere.url}/x` } }],
    });

    expect(outcome.status).toBe('failed');
    expect(elsewhere.requests).toEqual([]);
  });

  it('cannot fill the memory', async () => {
    const { outcome, delivery } = await ask(name, {
      fixture: { ...FIXTURE, userData: new Uint8Array(1024 * 1024 + 1) },
    });

    expect(outcome.status).toBe('failed');
    expect(outcome.message).toMatch(/larger/);
    expect(delivery).toMatchObject({ userData: undefined, metadata: { hostname: 'node-1' } });
  });

  it('is written to /run/config', async () => {
    const server = await serve(name);
    const { host, root } = makeHost();

    await fetchDataSources(host, [name], { endpoint: server.url, budget: GENEROUS });

    const read = (path: string) => readFileSync(join(root, 'run/config', path));
    expect(new Uint8Array(read('userdata'))).toEqual(FIXTURE.userData);
    expect(read('local_hostname').toString()).toBe('node-1\n');
    expect(read('ssh/authorized_keys').toString()).toBe(`${KEYS.join('\n')}\n`);
    expect(read('provider').toString()).toBe(`${name}\n`);
    expect(host.files.stat('/run/config/userdata')?.mode).toBe(0o600);
    expect(host.files.stat('/run/config/ssh/authorized_keys')?.mode).toBe(0o600);
  });
});

describe('user data', () => {
  it('counts if the metadata fails, which is reported', async () => {
    const { outcome, delivery } = await ask('openstack', { faults: [{ path: 'meta', status: 403 }] });

    expect(outcome).toMatchObject({ status: 'user-data', message: expect.stringMatching(/403/) });
    expect(delivery.userData).toEqual(FIXTURE.userData);
  });

  it('counts if the metadata never arrives', async () => {
    const { outcome } = await ask('openstack', {
      faults: [{ path: 'meta', connection: 'hang' }],
      budget: 5_000,
    });

    expect(outcome.status).toBe('user-data');
  });

  it('that fails leaves the metadata', async () => {
    const { outcome, delivery } = await ask('openstack', { faults: [{ path: 'user', status: 403 }] });

    expect(outcome.status).toBe('failed');
    expect(delivery).toMatchObject({ userData: undefined, metadata: { hostname: 'node-1' } });
  });
});

describe('aws', () => {
  it('is asked with a token', async () => {
    const { server } = await ask('aws');

    expect(server.requests[0]).toMatchObject({
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' },
    });
    expect(server.requests[0]?.headers).not.toHaveProperty('x-forwarded-for');
  });

  it.each([404, 405])('is asked without one if it has no tokens: status %i', async (status) => {
    const { outcome } = await ask('aws', { withoutTokens: true, faults: [{ path: 'api/token', status }] });

    expect(outcome.status).toBe('user-data');
  });

  it('is not asked without one if that is forbidden', async () => {
    const { outcome, server } = await ask('aws', {
      withoutTokens: true,
      faults: [{ path: 'api/token', status: 403 }],
    });

    expect(outcome.status).toBe('failed');
    expect(server.requests).toHaveLength(1);
  });

  it('gets a new token if it forgot the first', async () => {
    const { outcome } = await ask('aws', { faults: [{ path: 'user-data', times: 1, status: 401 }] });

    expect(outcome.status).toBe('user-data');
  });

  it('has an index of keys that is never used as paths', async () => {
    const body = '0=a\n../../x=b\n1/../2=c\n';

    const { server } = await ask('aws', { faults: [{ path: /public-keys\/$/, body }] });

    expect(server.requests.map(({ path }) => path).filter((path) => path.includes('openssh-key'))).toEqual([
      '/latest/meta-data/public-keys/0/openssh-key',
    ]);
  });
});

describe('gcp', () => {
  const attributes = (instance: Record<string, string>) => [
    {
      path: '/instance/?recursive',
      headers: { 'metadata-flavor': 'Google' },
      body: JSON.stringify({ hostname: 'a', attributes: instance }),
    },
  ];
  const google = { 'metadata-flavor': 'Google' };
  const project = { path: '/project/attributes/ssh-keys', headers: google, body: 'bob:ssh-rsa PROJECT bob' };

  it('is recognised by the header of its answers', async () => {
    const { outcome, server } = await ask('gcp', { faults: [{ headers: { 'metadata-flavor': 'Other' } }] });

    expect(outcome.status).toBe('failed');
    expect(server.requests[0]?.headers).toMatchObject({ 'metadata-flavor': 'Google' });
  });

  it('has keys of the instance and of the project, without names of users', async () => {
    const faults = [...attributes({ 'ssh-keys': 'ann:ssh-rsa INSTANCE ann\n' }), project];

    expect((await ask('gcp', { faults })).delivery.metadata.sshKeys).toEqual([
      'ssh-rsa INSTANCE ann',
      'ssh-rsa PROJECT bob',
    ]);
  });

  it.each<Record<string, string>>([{ 'block-project-ssh-keys': 'TRUE' }, { sshKeys: '' }])(
    'has none of the project with %j',
    async (block) => {
      const faults = [...attributes({ 'ssh-keys': 'ann:ssh-rsa INSTANCE ann', ...block }), project];

      expect((await ask('gcp', { faults })).delivery.metadata.sshKeys).toEqual(['ssh-rsa INSTANCE ann']);
    },
  );

  it('has no keys that have expired', async () => {
    const key = (name: string, time: string) =>
      `u:ssh-rsa ${name} google-ssh {"userName":"u@example.com","expireOn":"${time}"}`;
    const keys = [key('OLD', '2020-01-02T03:04:05+0000'), key('NEW', '9020-01-02T03:04:05+0000')].join('\n');

    const { delivery } = await ask('gcp', { faults: attributes({ 'ssh-keys': keys }) });

    expect(delivery.metadata.sshKeys).toEqual([expect.stringMatching(/^ssh-rsa NEW /)]);
  });

  it('has user data that may be base64', async () => {
    const faults = [
      { path: /user-data-encoding$/, headers: google, body: 'base64' },
      { path: /user-data$/, headers: google, body: 'AAEC\nAw==' },
    ];

    expect((await ask('gcp', { faults })).delivery.userData).toEqual(new Uint8Array([0, 1, 2, 3]));
  });
});

describe('others', () => {
  it.each(['hetzner', 'openstack'] as const)('%s is also asked for the tree of EC2', async (name) => {
    const server = await serve('aws', FIXTURE, { withoutTokens: true });

    const { delivery } = await askDataSources(makeHost().host, [name], {
      endpoint: server.url,
      budget: GENEROUS,
    });

    expect(delivery.userData).toEqual(FIXTURE.userData);
    expect(delivery.metadata).toMatchObject({ hostname: 'node-1', sshKeys: KEYS });
  });

  it('hetzner has YAML, whose numbers stay as written', async () => {
    const body = 'instance-id: 0042\nhostname: node-1\npublic-keys:\n- ssh-rsa A\n';

    const { delivery } = await ask('hetzner', { faults: [{ path: /v1\/metadata$/, body }] });

    expect(delivery.metadata).toMatchObject({ instanceId: '0042', sshKeys: ['ssh-rsa A'] });
  });

  it('hetzner answers with status 204 if there is no user data', async () => {
    const { outcome } = await ask('hetzner', {
      faults: [{ path: 'userdata', status: 204, headers: { 'content-length': '0' } }],
    });

    expect(outcome.status).toBe('metadata');
  });

  it('openstack may list keys of several types', async () => {
    const body = JSON.stringify({
      keys: [
        { type: 'ssh', data: 'ssh-rsa A' },
        { type: 'x509', data: 'no' },
      ],
    });

    const { delivery } = await ask('openstack', { faults: [{ path: 'meta_data.json', body }] });

    expect(delivery.metadata.sshKeys).toEqual(['ssh-rsa A']);
  });

  it('packet has scripts of the network boot, which are not user data', async () => {
    const { outcome } = await ask('packet', { fixture: { ...FIXTURE, userData: '#!ipxe\n' } });

    expect(outcome.status).toBe('metadata');
  });

  it('scaleway gives user data only to privileged ports', async () => {
    const isRoot = process.getuid?.() === 0;

    const { outcome, server } = await ask('scaleway', { privilegedPorts: isRoot });

    expect(outcome.status).toBe('user-data');
    const asked = server.requests.find(({ path }) => path.startsWith('/user_data'));
    expect(asked!.port < 1024).toBe(isRoot);
  });

  it('scaleway has keys in tags', async () => {
    const body = JSON.stringify({ id: 'a', tags: ['AUTHORIZED_KEY=ssh-rsa_AAAA_me', 'web'] });

    const { delivery } = await ask('scaleway', { faults: [{ path: '/conf', body }] });

    expect(delivery.metadata.sshKeys).toEqual(['ssh-rsa AAAA me']);
  });

  it('vultr may have user data only in its one document', async () => {
    const body = JSON.stringify({
      instanceid: '1',
      'user-data': '#cloud-config\n',
      'public-keys': ['ssh-rsa A'],
    });

    const { delivery } = await ask('vultr', {
      faults: [
        { path: '/v1.json', body },
        { path: 'user-data', status: 404 },
      ],
    });

    expect(Buffer.from(delivery.userData!).toString()).toBe('#cloud-config\n');
    expect(delivery.metadata.sshKeys).toEqual(['ssh-rsa A']);
  });
});
