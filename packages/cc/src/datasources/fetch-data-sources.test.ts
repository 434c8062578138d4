import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createTestHost, type ScriptedResponse, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../sources/read.js';
import { makeSeedImage } from '../testing/seed-image.js';
import { askDataSources, fetchDataSources } from './fetch-data-sources.js';
import { hasFailed, readDataSourceReport } from './report.js';
import type { DataSourceName } from './types.js';

const IMDS = 'http://169.254.169.254';
const AWS_DMI = { '/sys/class/dmi/id/sys_vendor': 'Amazon EC2\n' };
const DIGITALOCEAN: Record<string, ScriptedResponse> = {
  [`${IMDS}/metadata/v1.json`]: JSON.stringify({
    droplet_id: 7,
    hostname: ' ocean ',
    public_keys: ['ssh-rsa OCEAN'],
  }),
  [`${IMDS}/metadata/v1/user-data`]: 'hostname: from-user-data\n',
};
const VULTR: Record<string, ScriptedResponse> = {
  [`${IMDS}/v1.json`]: JSON.stringify({
    instanceid: '1',
    hostname: 'vultr',
    'public-keys': '',
    region: { regioncode: 'AMS' },
  }),
  [`${IMDS}/user-data/user-data`]: { status: 404 },
};

function makeHost(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}

function image(name: string): Uint8Array {
  const path = new URL(`../../../../tests/fixtures/volumes/${name}.gz`, import.meta.url);
  return new Uint8Array(gunzipSync(readFileSync(path)));
}

/** Simulates a block device as the kernel shows it. */
function device(name: string, content: Uint8Array) {
  return { [`/sys/class/block/${name}`]: { directory: true }, [`/dev/${name}`]: content };
}

const statuses = (report: { sources: readonly { name: string; status: string }[] }) =>
  report.sources.map(({ name, status }) => `${name} ${status}`);

describe('the order', () => {
  it('is that of the configuration, up to the first source that has user data', async () => {
    const host = makeHost({ responses: { ...VULTR, ...DIGITALOCEAN } });

    const { report, delivery } = await askDataSources(host, ['cdrom', 'vultr', 'digitalocean', 'gcp'], {
      budget: 100,
    });

    expect(statuses(report)).toEqual(['cdrom none', 'vultr metadata', 'digitalocean user-data']);
    expect(delivery.provider).toBe('digitalocean');
  });

  it('keeps the metadata of an earlier source, and adds missing values', async () => {
    const host = makeHost({ responses: { ...VULTR, ...DIGITALOCEAN } });

    await fetchDataSources(host, ['vultr', 'digitalocean']);

    const read = (name: string) => host.files.readText(`/run/config/${name}`);
    expect(read('local_hostname')).toBe('vultr\n');
    expect(read('hostname')).toBe('vultr\n');
    expect(read('region')).toBe('AMS\n');
    expect(read('ssh/authorized_keys')).toBe('ssh-rsa OCEAN\n');
    expect(read('userdata')).toBe('hostname: from-user-data\n');
    expect(read('provider')).toBe('digitalocean\n');
  });

  it('asks each once', async () => {
    const host = makeHost();

    const { report } = await askDataSources(host, ['cdrom', 'cdrom'], { budget: 100 });

    expect(statuses(report)).toEqual(['cdrom none']);
  });

  it('continues after a source that fails', async () => {
    const host = makeHost({
      responses: { ...VULTR, [`${IMDS}/v1.json`]: '<html>', ...DIGITALOCEAN },
    });

    const { report } = await askDataSources(host, ['vultr', 'digitalocean']);

    expect(report.sources).toMatchObject([
      { status: 'failed', hint: expect.any(String) },
      { status: 'user-data' },
    ]);
    expect(hasFailed(report)).toBe(false);
  });
});

describe('the firmware', () => {
  it('decides: the others are skipped', async () => {
    const host = makeHost({ tree: AWS_DMI });

    const { report } = await askDataSources(host, ['openstack', 'hetzner', 'packet']);

    expect(statuses(report)).toEqual(['openstack skipped', 'hetzner skipped', 'packet skipped']);
    expect(hasFailed(report)).toBe(false);
  });

  it('does not prevent reading a drive', async () => {
    const host = makeHost({ tree: { ...AWS_DMI, ...device('vdb', image('joliet.iso')) } });

    const { report } = await askDataSources(host, ['cdrom']);

    expect(statuses(report)).toEqual(['cdrom user-data']);
  });

  it('must name Packet before HAOS asks it', async () => {
    const plain = await askDataSources(makeHost(), ['packet']);
    const base = 'https://metadata.platformequinix.com';
    const responses = { [`${base}/metadata`]: '{"hostname": "p"}', [`${base}/userdata`]: { status: 404 } };
    const other = Object.fromEntries(
      Object.keys(responses).map((url) => [
        url.replace('platformequinix.com', 'packet.net'),
        { status: 503 },
      ]),
    );
    const tree = { '/sys/class/dmi/id/sys_vendor': 'Packet\n' };
    const named = await askDataSources(makeHost({ tree, responses: { ...other, ...responses } }), ['packet']);

    expect(statuses(plain.report)).toEqual(['packet skipped']);
    expect(statuses(named.report)).toEqual(['packet metadata']);
  });

  it.each<[DataSourceName, Record<string, string>]>([
    ['aws', { sys_vendor: 'Amazon EC2' }],
    ['aws', { sys_vendor: 'Xen', product_uuid: 'EC2A1B2C-0000-0000-0000-000000000000' }],
    ['digitalocean', { sys_vendor: 'DigitalOcean' }],
    ['gcp', { product_name: 'Google Compute Engine' }],
    ['gcp', { product_serial: 'GoogleCloud-123' }],
    ['hetzner', { sys_vendor: 'Hetzner' }],
    ['openstack', { product_name: 'OpenStack Nova' }],
    ['openstack', { chassis_asset_tag: 'OpenTelekomCloud' }],
    ['scaleway', { sys_vendor: 'Scaleway' }],
    ['vultr', { sys_vendor: 'Vultr' }],
  ])('names %s by %j', async (name, dmi) => {
    const tree = Object.fromEntries(
      Object.entries(dmi).map(([field, text]) => [`/sys/class/dmi/id/${field}`, `${text}\n`]),
    );
    const other = name === 'aws' ? 'gcp' : 'aws';

    const { report } = await askDataSources(makeHost({ tree }), [other]);

    expect(report.sources).toMatchObject([{ status: 'skipped', message: `this machine is in ${name}` }]);
  });

  it('does not name a cloud for a prefix that may be chance', async () => {
    const tree = { '/sys/class/dmi/id/product_uuid': 'ec2a1b2c-0000-0000-0000-000000000000\n' };

    const { report } = await askDataSources(makeHost({ tree, responses: DIGITALOCEAN }), ['digitalocean']);

    expect(statuses(report)).toEqual(['digitalocean user-data']);
  });
});

describe('drives', () => {
  it.each(['joliet.iso', 'rock-ridge.iso', 'plain.iso', 'fat12.img', 'fat16.img', 'fat32.img'])(
    'may be %s',
    async (name) => {
      const host = makeHost({ tree: device('vdb', image(name)) });

      const { report, delivery } = await askDataSources(host, ['cdrom']);

      expect(statuses(report)).toEqual(['cdrom user-data']);
      expect(Buffer.from(delivery.userData!).toString()).toBe('#cloud-config\nhostname: seeded\n\n');
      expect(delivery.metadata).toMatchObject({
        hostname: 'drive-1',
        instanceId: 'i-1',
        sshKeys: ['ssh-ed25519 AAAA one'],
      });
    },
  );

  it.each(['config-drive.iso', 'config-drive.img'])(
    'of openstack may be %s, and need no network',
    async (name) => {
      const host = makeHost({
        tree: { ...device('vda', new Uint8Array(512)), ...device('vdb', image(name)) },
      });

      const { report, delivery } = await askDataSources(host, ['cdrom', 'openstack'], { budget: 100 });

      expect(statuses(report)).toEqual(['cdrom none', 'openstack user-data']);
      expect(delivery.metadata).toMatchObject({ hostname: 'drive-1', instanceId: 'u-1' });
    },
  );

  it('may come up late', async () => {
    const host = makeHost({ tree: device('vdb', new Uint8Array()) });
    const { sleep } = host.clock;
    const late = {
      ...host,
      clock: {
        ...host.clock,
        sleep: async (milliseconds: number) => {
          host.files.write('/dev/vdb', image('joliet.iso'));
          await sleep(milliseconds);
        },
      },
    };

    expect(statuses((await askDataSources(late, ['cdrom'])).report)).toEqual(['cdrom user-data']);
  });

  it('that are damaged do not affect others', async () => {
    const broken = image('joliet.iso').subarray(0, 40_000);
    const tree = {
      ...device('vdb', broken),
      ...device('vdc', image('fat12.img')),
      '/sys/class/block/sr0': { directory: true },
    };

    const { report } = await askDataSources(makeHost({ tree }), ['cdrom']);

    expect(statuses(report)).toEqual(['cdrom user-data']);
  });
});

describe('the network', () => {
  it('is awaited if there is an interface', async () => {
    const host = makeHost({
      tree: { '/sys/class/net/eth0/device': { directory: true }, '/proc/net/route': 'Iface\tDestination\n' },
      responses: DIGITALOCEAN,
    });
    const { sleep } = host.clock;
    const waiting = {
      ...host,
      clock: {
        ...host.clock,
        sleep: async (milliseconds: number) => {
          if (host.clock.sleeps.length === 3)
            host.files.write('/proc/net/route', 'Iface\tDestination\neth0\t00000000\n');
          await sleep(milliseconds);
        },
      },
    };

    const { report } = await askDataSources(waiting, ['digitalocean']);

    expect(statuses(report)).toEqual(['digitalocean user-data']);
    expect(host.clock.sleeps).toHaveLength(4);
  });

  it('is awaited for at most half a minute', async () => {
    const host = makeHost({
      tree: { '/sys/class/net/eth0/device': { directory: true } },
      responses: DIGITALOCEAN,
    });

    await askDataSources(host, ['digitalocean']);

    expect(host.clock.sleeps.reduce((sum, pause) => sum + pause, 0)).toBe(30_000);
  });

  it('of a machine with only IPv6 is enough', async () => {
    const zeros = '0'.repeat(32);
    const host = makeHost({
      tree: {
        '/sys/class/net/eth0/device': { directory: true },
        '/proc/net/ipv6_route': `${zeros} 00 ${zeros} 00 ${zeros} 00000400 00000001 00000000 00000003     eth0\n`,
      },
      responses: DIGITALOCEAN,
    });

    await askDataSources(host, ['digitalocean']);

    expect(host.clock.sleeps).toEqual([]);
  });

  it('may have the service at a link-local address of an interface', async () => {
    const local = 'http://[fe80::a9fe:a9fe%25eth0]';
    const host = makeHost({
      tree: { '/sys/class/net/eth0/device': { directory: true }, '/proc/net/route': 'Iface\neth0\n' },
      responses: {
        [`${local}/hetzner/v1/metadata`]: 'hostname: six\n',
        [`${local}/hetzner/v1/userdata`]: 'hostname: a\n',
      },
    });

    const { delivery } = await askDataSources(host, ['hetzner']);

    expect(delivery).toMatchObject({ metadata: { hostname: 'six' }, userData: expect.anything() });
  });
});

describe('what is written', () => {
  it('is nothing if the sources are only asked', async () => {
    const host = makeHost({ responses: DIGITALOCEAN });
    const before = host.tree();

    await askDataSources(host, ['digitalocean']);

    expect(host.tree()).toEqual(before);
  });

  it('is the report, which is marked as running until it is done', async () => {
    const host = makeHost({ responses: DIGITALOCEAN });
    let during: string | undefined;

    await fetchDataSources(host, ['digitalocean'], {
      onOutcome: () => {
        during = readDataSourceReport(host)?.state;
      },
    });

    expect(during).toBe('running');
    expect(readDataSourceReport(host)).toMatchObject({
      state: 'done',
      sources: [{ name: 'digitalocean', status: 'user-data' }],
    });
  });

  it('never names user data or keys in operations', async () => {
    const host = makeHost({ responses: DIGITALOCEAN });

    await fetchDataSources(host, ['digitalocean']);

    expect(JSON.stringify(host.operations)).not.toContain(Buffer.from('from-user-data').toString());
    expect(host.operations).toContainEqual(
      expect.objectContaining({ kind: 'write-file', path: '/run/config/userdata', secret: true }),
    );
  });

  it('stays when a later run finds nothing', async () => {
    const host = makeHost({
      tree: { '/run/config/userdata': 'a: 1\n', '/run/config/local_hostname': 'a\n' },
    });

    const { report } = await fetchDataSources(host, ['cdrom', 'vultr'], { budget: 100 });

    expect(hasFailed(report)).toBe(true);
    expect(host.files.readText('/run/config/userdata')).toBe('a: 1\n');
    expect(host.files.readText('/run/config/local_hostname')).toBe('a\n');
  });
});

describe('the networks that a drive describes', () => {
  const PATH = '/run/config/network-config';
  const TEXT = 'version: 2\nethernets: {eth0: {addresses: [10.1.0.2/24]}}\n';
  const seed = (fixture: Parameters<typeof makeSeedImage>[0]) => ({
    tree: device('sr0', makeSeedImage(fixture)),
  });

  it('are delivered byte for byte, for root only, and become haos.network', async () => {
    const host = makeHost(seed({ networkConfig: TEXT }));

    const { report } = await fetchDataSources(host, ['cdrom'], { budget: 100 });

    expect(statuses(report)).toEqual(['cdrom metadata']);
    expect(host.files.readText(PATH)).toBe(TEXT);
    expect(host.files.stat(PATH)?.mode).toBe(0o600);
    const { config, provenance } = await readConfig(host);
    expect(config.haos?.network).toEqual([{ interface: 'eth0', addresses: ['10.1.0.2/24'] }]);
    expect(provenance.origins('/haos/network/0/addresses')[0]).toMatchObject({ file: PATH, line: 2 });
  });

  it('come beside user data, whose own network counts', async () => {
    const userData = '#cloud-config\nhaos: {network: [{interface: eth9}]}\n';
    const host = makeHost(seed({ networkConfig: TEXT, userData }));

    const { report } = await fetchDataSources(host, ['cdrom'], { budget: 100 });

    expect(statuses(report)).toEqual(['cdrom user-data']);
    expect((await readConfig(host)).config.haos?.network).toEqual([{ interface: 'eth9' }]);
  });

  it('are those of network_data.json on a config drive, in place of an earlier document', async () => {
    const host = makeHost({ tree: { [PATH]: TEXT, ...device('vdb', image('config-drive.img')) } });

    await fetchDataSources(host, ['openstack'], { budget: 100 });

    expect(host.files.stat(PATH)).toBeUndefined();
    expect((await readConfig(host)).config.haos?.network).toEqual([
      { mac: 'fa:16:3e:00:00:01', addresses: ['10.1.0.7/24'] },
    ]);
  });
});
