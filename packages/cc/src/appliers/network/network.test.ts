import { createTestHost } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Network } from '../../generated/types.js';
import { runApplier, runTwice } from '../testing.js';
import { networkRule } from './check-network.js';
import { formatMask } from './ip-address.js';
import { network } from './network.js';

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

    const { first, second } = await runTwice(network, { haos: { network: items } }, { host });

    expect(first.failures).toEqual([]);
    expect(second.operations).toEqual([]);
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

    await runApplier(network, {}, { host: own });
    await runApplier(network, {}, { host: other });

    expect(own.files.stat(PATH)).toBeUndefined();
    expect(other.operations).toEqual([]);
  });

  it('leaves a file of write_files alone', async () => {
    const config = { writeFiles: [{ path: PATH }], haos: { network: [STATIC] } };

    expect((await runApplier(network, config, { host: hostWith() })).operations).toEqual([]);
  });

  it.each<[string, Network, string]>([
    ['no interface', { addresses: ['10.1.0.11/24'] }, '/haos/network/0'],
    ['a name that no interface has', { interface: 'eth0/1' }, '/haos/network/0/interface'],
    ['a second line', { interface: 'eth0\nIPv4=off' }, '/haos/network/0/interface'],
    ['half of a card', { mac: '52:54:00' }, '/haos/network/0/mac'],
    [
      'an address without a length',
      { interface: 'a', addresses: ['10.1.0.11'] },
      '/haos/network/0/addresses',
    ],
    ['a mask', { interface: 'a', addresses: ['10.1.0.11/255.255.255.0'] }, '/haos/network/0/addresses'],
    [
      'a length that is too large',
      { interface: 'a', addresses: ['10.1.0.11/33'] },
      '/haos/network/0/addresses',
    ],
    [
      'two of one family',
      { interface: 'a', addresses: ['10.1.0.1/24', '10.2.0.1/24'] },
      '/haos/network/0/addresses',
    ],
    ['a gateway without an address', { interface: 'a', gateways: ['10.1.0.1'] }, '/haos/network/0/gateways'],
    [
      'a gateway of another network',
      { interface: 'a', addresses: ['10.1.0.11/24'], gateways: ['10.1.1.1'] },
      '/haos/network/0/gateways',
    ],
    [
      'a name as name server',
      { interface: 'a', nameservers: ['dns.example'] },
      '/haos/network/0/nameservers',
    ],
    ['an invalid domain', { interface: 'a', searchDomains: ['a b'] }, '/haos/network/0/searchDomains'],
    ['an invalid method', { interface: 'a', ipv4: 'static' }, '/haos/network/0/ipv4'],
  ])('refuses %s as validation does, and writes the others', async (_, item, pointer) => {
    const host = hostWith();
    const config = { haos: { network: [item, { interface: 'eth9' }] } };

    const run = await runApplier(network, config, { host });

    expect(networkRule(config)).toMatchObject([{ pointer }]);
    expect(run.failures).toEqual(['HAOS_CC_NETWORK']);
    expect(host.files.readText(PATH)).toMatch(/^# .*\n\n\[service_haos1\]\nType=ethernet\nDeviceName=eth9\n/);
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
