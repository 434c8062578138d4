import { readFileSync } from 'node:fs';
import { createTestHost } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Network } from '../../generated/types.js';
import { runApplier, runTwice } from '../testing.js';
import { networkRule } from './check-network.js';
import { formatMask } from './ip-address.js';
import { network } from './network.js';
import { parseRoute } from './route.js';

const LINKS = '/run/haos/network';
const RESTART = 'rc-service --nodeps --ifexists --ifstarted connman restart';
const PATH = '/var/lib/connman/haosnetwork.config';
const OWN = '# Written by HAOS from haos.network; changes are overwritten.\n';
const STATIC: Network = {
  interface: 'eth0',
  addresses: ['10.1.0.11/24'],
  gateways: ['10.1.0.1'],
  nameservers: ['10.1.0.1', 'fd00::1', ''],
  searchDomains: ['lan.example', 'example.'],
  ipv6: 'disabled',
};

function hostWith(tree = {}) {
  const host = createTestHost({ tree });
  onTestFinished(() => host.dispose());
  return host;
}

describe('haos.network', () => {
  it('is a file for connman, and nothing the second time', async () => {
    const host = hostWith();
    const items: Network[] = [
      STATIC,
      {
        mac: '52:54:00:AB:cd:ef',
        interface: 'eth1',
        addresses: ['fd00::11/64', '192.168.7.2/30'],
        gateways: ['fe80::1'],
      },
      { interface: 'enp3s0', ipv4: 'disabled' },
    ];

    const { first, second } = await runTwice(network, { haos: { network: items } }, { host, phase: 'boot' });

    expect(first.failures).toEqual([]);
    expect(second.operations).toEqual([]);
    expect(host.files.stat(LINKS)).toBeUndefined();
    expect(host.files.stat(PATH)?.mode).toBe(0o644);
    expect(host.files.readText(PATH)).toBe(`${OWN}
[service_haos0]
Type=ethernet
DeviceName=eth0
IPv4=10.1.0.11/255.255.255.0/10.1.0.1
IPv6=off
Nameservers=10.1.0.1,fd00::1
SearchDomains=lan.example,example.

[service_haos1]
Type=ethernet
MAC=52:54:00:ab:cd:ef
IPv4=192.168.7.2/255.255.255.252
IPv6=fd00::11/64/fe80::1

[service_haos2]
Type=ethernet
DeviceName=enp3s0
IPv4=off
IPv6=auto
`);
  });

  it('removes its file when it left the configuration, and no other', async () => {
    const own = hostWith({ [PATH]: `${OWN}\n[service_haos0]\n` });
    const other = hostWith({ [PATH]: '[service_mine]\n' });

    await runApplier(network, {}, { host: own, phase: 'boot' });
    await runApplier(network, {}, { host: other });

    expect(own.files.stat(PATH)).toBeUndefined();
    expect(other.operations).toEqual([]);
  });

  it('keeps its file if part of the configuration is unreadable', async () => {
    const host = hostWith({ [PATH]: `${OWN}\n[service_haos0]\n` });

    const run = await runApplier(network, {}, { host, phase: 'boot', incomplete: true });

    expect(run.operations).toEqual([]);
  });

  it('leaves a file of write_files alone', async () => {
    const config = { writeFiles: [{ path: PATH }], haos: { network: [STATIC] } };

    expect((await runApplier(network, config, { host: hostWith() })).operations).toEqual([]);
  });

  it.each<[string, Network, string]>([
    ['no interface', { addresses: ['10.1.0.11/24'] }, ''],
    ['a name that no interface has', { interface: 'eth0/1' }, '/interface'],
    ['a second line', { interface: 'eth0\nIPv4=off' }, '/interface'],
    ['half of a card', { mac: '52:54:00' }, '/mac'],
    ['a VLAN without a name', { vlan: '1', parent: 'eth0' }, ''],
    ['a VLAN without a parent', { interface: 'a', vlan: '1' }, ''],
    ['a VLAN that is not one', { interface: 'a', vlan: '4095', parent: 'eth0' }, '/vlan'],
    ['a VLAN on itself', { interface: 'a', vlan: '1', parent: 'a' }, '/parent'],
    ['a VLAN on nothing', { interface: 'a', vlan: '1', parent: 'a b' }, '/parent'],
    ['a VLAN with a card', { interface: 'a', mac: '52:54:00:00:00:01', vlan: '1', parent: 'b' }, '/mac'],
    ['a name that is an option', { interface: '-a', vlan: '1', parent: 'b' }, '/interface'],
    ['a parent without a VLAN', { interface: 'a', parent: 'eth0' }, '/parent'],
    ['both', { interface: 'a', vlan: '1', parent: 'eth0', bond: ['eth1'] }, ''],
    ['a bond of itself', { interface: 'a', bond: ['a'] }, '/bond'],
    ['a bond of nothing', { interface: 'a', bond: ['eth0', 'b\nc'] }, '/bond'],
    ['a bond of one card twice', { interface: 'a', bond: ['eth0', 'eth0'] }, '/bond'],
    ['an invalid mode', { interface: 'a', bond: ['b'], bondMode: 'lacp' }, '/bondMode'],
    ['an unknown option', { interface: 'a', bond: ['b'], bondOptions: ['mode=0'] }, '/bondOptions'],
    [
      'an option with a wrong value',
      { interface: 'a', bond: ['b'], bondOptions: ['miimon=x'] },
      '/bondOptions',
    ],
    [
      'an option twice',
      { interface: 'a', bond: ['b'], bondOptions: ['miimon=1', 'miimon=2'] },
      '/bondOptions',
    ],
    ['a mode without a bond', { interface: 'a', bondMode: '802.3ad' }, '/bondMode'],
  ])('refuses %s as validation does, and writes the others', async (_, item, key) => {
    const host = hostWith();
    const config = { haos: { network: [item, { interface: 'eth9' }] } };

    const run = await runApplier(network, config, { host, phase: 'boot' });

    expect(networkRule(config)).toMatchObject([{ pointer: `/haos/network/0${key}` }]);
    expect(run.failures).toEqual(['HAOS_CC_NETWORK']);
    expect(host.files.readText(PATH)).toMatch(/^# .*\n\n\[service_haos1\]\nType=ethernet\nDeviceName=eth9\n/);
    expect(host.files.stat(LINKS)).toBeUndefined();
  });

  it.each<[string, Network, string]>([
    ['an address without a length', { addresses: ['10.1.0.12'] }, '/addresses'],
    ['a mask', { addresses: ['10.1.0.12/255.255.255.0'] }, '/addresses'],
    ['a length that is too large', { addresses: ['10.1.0.12/33'] }, '/addresses'],
    ['two of one family', { addresses: ['10.2.0.1/24'] }, '/addresses'],
    ['a gateway without an address', { gateways: ['fd00::1'] }, '/gateways'],
    ['a gateway of another network', { gateways: ['10.1.1.1'] }, '/gateways'],
    ['a name as name server', { nameservers: ['dns.example'] }, '/nameservers'],
    ['an invalid domain', { searchDomains: ['a b'] }, '/searchDomains'],
    ['an invalid method', { ipv4: 'static' }, '/ipv4'],
    ['a route to nothing', { routes: ['via 10.1.0.254'] }, '/routes/0'],
    ['a route with bits too many', { routes: ['10.2.0.1/16 via 10.1.0.254'] }, '/routes/0'],
    ['a route of IPv6 with bits too many', { routes: ['fd01::1/48 via fe80::1'] }, '/routes/0'],
    ['a route over a name', { routes: ['10.2.0.0/16 via router'] }, '/routes/0'],
    ['a route of two families', { routes: ['10.2.0.0/16 via fe80::1'] }, '/routes/0'],
    ['a default route to nowhere', { routes: ['default'] }, '/routes/0'],
    ['a route with another device', { routes: ['10.2.0.0/16 dev eth1'] }, '/routes/0'],
    ['a second line in a route', { routes: ['10.2.0.0/16 via 10.1.0.254\nport a eth0'] }, '/routes/0'],
    ['a route with a wrong metric', { routes: ['10.2.0.0/16 metric -1'] }, '/routes/0'],
    ['a packet that is too small', { mtu: '67' }, '/mtu'],
  ])('leaves out %s, but never the address', async (_, wrong, key) => {
    const host = hostWith();
    const addresses = ['10.1.0.11/24', ...(wrong.addresses ?? [])];
    const config = { haos: { network: [{ interface: 'eth0', ...wrong, addresses }] } };

    const run = await runApplier(network, config, { host, phase: 'boot' });

    expect(networkRule(config)).toMatchObject([{ pointer: `/haos/network/0${key}` }]);
    expect(run.failures).toEqual(['HAOS_CC_NETWORK']);
    expect(host.files.readText(PATH)).toBe(
      `${OWN}\n[service_haos0]\nType=ethernet\nDeviceName=eth0\nIPv4=10.1.0.11/255.255.255.0\nIPv6=auto\n`,
    );
    expect(host.files.stat(LINKS)).toBeUndefined();
  });

  it('refuses two items for one interface', () => {
    const items = [STATIC, { mac: '52:54:00:ab:cd:ef' }, { mac: '52:54:00:AB:CD:EF' }, { interface: 'eth0' }];

    expect(networkRule({ haos: { network: items } }).map(({ pointer }) => pointer)).toEqual([
      '/haos/network/2/interface',
      '/haos/network/3/interface',
    ]);
  });

  it.each([
    [1, '128.0.0.0'],
    [24, '255.255.255.0'],
    [31, '255.255.255.254'],
    [32, '255.255.255.255'],
  ])('writes the length %s as %s', (length, mask) => {
    expect(formatMask(length)).toBe(mask);
  });
});

describe('VLANs, bonds and routes of haos.network', () => {
  const CARD = '52:54:00:AB:CD:EF';
  const ITEMS: Network[] = [
    {
      mac: CARD,
      addresses: ['10.1.0.11/24'],
      routes: ['10.2.0.0/16 via 10.1.0.254', 'default  via 192.0.2.1 metric 100 onlink', ''],
    },
    { interface: 'storage', vlan: '200', parent: CARD, addresses: ['10.200.0.11/24'] },
    {
      interface: 'bond0.100',
      vlan: '100',
      parent: 'bond0',
      routes: ['fd01::/48 via fe80::1', '10.9.0.0/16'],
    },
    {
      interface: 'bond0',
      bond: ['eth1', '52:54:00:00:00:02'],
      bondMode: '802.3ad',
      bondOptions: ['xmit_hash_policy=layer3+4'],
      mtu: '9000',
      ipv4: 'disabled',
    },
  ];
  const LIST = readFileSync(new URL('../../../../../tests/fixtures/networks/list', import.meta.url), 'utf8');

  it('are a list for their service, in which a bond comes before its VLAN', async () => {
    const host = hostWith();

    const { first, second } = await runTwice(network, { haos: { network: ITEMS } }, { host, phase: 'boot' });

    expect(first.failures).toEqual([]);
    expect(second.operations).toEqual([]);
    const sorted = (text: string) => text.split('\n').sort();
    expect(sorted(host.files.readText(LINKS))).toEqual(sorted(LIST));
    const firstWords = host.files.readText(LINKS).match(/^\w+/gm);
    expect(firstWords).toEqual(LIST.match(/^\w+/gm));
    expect(host.files.readText(PATH)).toContain('DeviceName=bond0.100\nIPv4=dhcp\n');
    expect(host.files.readText(PATH)).toContain('DeviceName=bond0\nIPv4=off\n');
  });

  it('name the card where a VLAN on it has the same address', async () => {
    const card = {
      '/sys/class/net/eth7/device': { directory: true },
      '/sys/class/net/eth7/address': `${CARD.toLowerCase()}\n`,
    };
    const vlan = { '/sys/class/net/a/address': `${CARD.toLowerCase()}\n` };
    const host = hostWith({ ...vlan, ...card });

    await runApplier(network, { haos: { network: ITEMS } }, { host, phase: 'boot' });

    expect(host.files.readText(PATH)).not.toContain('MAC=');
    expect(host.files.readText(PATH)).toContain('DeviceName=eth7\nIPv4=10.1.0.11/');
  });

  it('take effect at runtime by a restart of both services, once', async () => {
    const host = createTestHost({
      commands: { 'rc-service --nodeps --ifexists networks restart': {}, [RESTART]: {} },
    });
    onTestFinished(() => host.dispose());

    const { first, second } = await runTwice(network, { haos: { network: ITEMS } }, { host });

    expect(first.failures).toEqual([]);
    expect(host.calls).toHaveLength(2);
    expect(second.operations).toEqual([]);
  });

  it('are not restarted where only an address changed', async () => {
    const host = createTestHost({ commands: { [RESTART]: {} } });
    onTestFinished(() => host.dispose());

    await runApplier(network, { haos: { network: [STATIC] } }, { host });

    expect(host.unused()).toEqual([]);
  });

  it('are emptied when they left the configuration', async () => {
    const host = hostWith();
    await runApplier(network, { haos: { network: ITEMS } }, { host, phase: 'boot' });

    await runApplier(network, {}, { host, phase: 'boot' });

    expect(host.files.readText(LINKS)).toBe('');
    expect(host.files.stat(PATH)).toBeUndefined();
  });

  it('have each card once, and none with settings of its own', () => {
    const pointersOf = (items: Network[]) =>
      networkRule({ haos: { network: items } }).map(({ pointer }) => pointer.slice('/haos/network'.length));

    expect(pointersOf([{ interface: 'a', bond: ['eth0'] }, { interface: 'eth0' }])).toEqual(['/1/interface']);
    expect(pointersOf([{ mac: CARD }, { interface: 'a', bond: [CARD.toLowerCase()] }])).toEqual(['/0/mac']);
    expect(
      pointersOf([
        { interface: 'a', bond: ['x'] },
        { interface: 'b', bond: ['y', 'x'] },
      ]),
    ).toEqual(['/1/bond']);
  });
});

describe('parseRoute', () => {
  it.each([
    ['10.2.0.0/16 via 10.1.0.254', 4, ['10.2.0.0/16', 'via', '10.1.0.254']],
    ['10.2.0.0/16  metric 5 via 10.1.0.254', 4, ['10.2.0.0/16', 'via', '10.1.0.254', 'metric', '5']],
    ['fd01::/64', 6, ['fd01::/64']],
    ['::ffff:10.2.0.0/112 via fe80::1', 6, ['::ffff:10.2.0.0/112', 'via', 'fe80::1']],
    ['default via fe80::1', 6, ['default', 'via', 'fe80::1']],
    ['10.1.0.1/32 metric 4294967295', 4, ['10.1.0.1/32', 'metric', '4294967295']],
  ] as const)('reads %j', (text, family, words) => {
    expect(parseRoute(text)).toEqual({ family, words });
  });

  it.each(['', 'default', '10.2.0.0/16 via', '10.2.0.0/16 metric 4294967296', 'fd01::/64 onlink'])(
    'refuses %j',
    (text) => {
      expect(parseRoute(text)).toEqual(expect.any(String));
    },
  );
});
