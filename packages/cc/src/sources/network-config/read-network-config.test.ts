import { describe, expect, it } from 'vitest';
import { readSources } from '../../config.js';
import { withRuleIssues } from '../../rules/check-rules.js';
import type { SourceForm } from '../source.js';

function read(content: string, form: SourceForm = 'network-config') {
  const source = { source: 'metadata', file: '/run/config/network-config', form, content } as const;
  const result = withRuleIssues(readSources([source]));
  return {
    network: result.config.haos?.network,
    issues: result.issues.map(({ severity, message, origin }) => `${severity} ${origin?.line}: ${message}`),
    result,
  };
}

const dataOf = (value: object) => read(JSON.stringify(value, null, 1), 'network-data');

describe('network-config version 2', () => {
  it('is read into haos.network', () => {
    const { network, issues } = read(`
network:
  version: 2
  renderer: networkd
  ethernets:
    uplink:
      match: {macaddress: "52:54:00:AB:CD:EF"}
      addresses: [192.168.14.2/24, "2001:db8::2/64"]
      gateway4: 192.168.14.1
      gateway6: "2001:db8::1"
      nameservers:
        search: [lan.example]
        addresses: [8.8.8.8, "2001:db8::53"]
      routes:
        - {to: 10.0.0.0/8, via: 192.168.14.254, metric: 50}
        - {to: 10.9.9.9, via: 192.168.14.253}
      mtu: 9000
      optional: true
    eth1: {dhcp4: true, dhcp6: no}
    eth2: {}
    eth3: {}
  bonds:
    bond0:
      interfaces: [eth2, eth3]
      parameters: {mode: 802.3ad, mii-monitor-interval: 50, lacp-rate: fast, transmit-hash-policy: layer3+4}
      dhcp4: true
  vlans:
    storage: {id: 100, link: uplink, addresses: [10.100.0.2/24]}
    bond0.7: {id: 7, link: bond0}
`);

    expect(issues).toEqual([]);
    expect(network).toEqual([
      {
        mac: '52:54:00:ab:cd:ef',
        mtu: '9000',
        addresses: ['192.168.14.2/24', '2001:db8::2/64'],
        gateways: ['192.168.14.1', '2001:db8::1'],
        nameservers: ['8.8.8.8', '2001:db8::53'],
        searchDomains: ['lan.example'],
        routes: ['10.0.0.0/8 via 192.168.14.254 metric 50', '10.9.9.9/32 via 192.168.14.253'],
      },
      { interface: 'eth1' },
      {
        interface: 'bond0',
        bond: ['eth2', 'eth3'],
        bondMode: '802.3ad',
        bondOptions: ['miimon=50', 'lacp_rate=fast', 'xmit_hash_policy=layer3+4'],
      },
      { interface: 'storage', vlan: '100', parent: '52:54:00:ab:cd:ef', addresses: ['10.100.0.2/24'] },
      { interface: 'bond0.7', vlan: '7', parent: 'bond0', ipv4: 'disabled' },
    ]);
  });

  it('names the line of what has no effect, and uses the rest', () => {
    const { network, issues } = read(`version: 2
ethernets:
  any: {match: {name: "en*"}, dhcp4: true}
  eth0:
    match: {macaddress: "52:54:00:00:00:01"}
    set-name: lan0
    dhcp4: true
    addresses: [10.1.0.2/24, 10.1.0.3/24]
    wakeonlan: true
bridges:
  br0: {interfaces: [eth0]}
`);

    expect(network).toEqual([{ mac: '52:54:00:00:00:01', addresses: ['10.1.0.2/24'] }]);
    expect(issues).toEqual([
      'warning 3: any, which matches cards neither by name nor by address, has no effect here',
      'info 6: interfaces keep their names; the settings of eth0 apply nevertheless',
      'warning 8: a second address of IPv4 has no effect here',
      'warning 7: DHCP beside a static address of IPv4 has no effect here',
      'warning 9: wakeonlan of eth0 has no effect here',
      'warning 10: bridges of a network has no effect here',
    ]);
  });

  it('takes a default route as gateway, and one beyond the network as on the link', () => {
    const { network, issues } = read(`
version: 2
ethernets:
  eth0:
    addresses: [10.1.0.2/24, "fd00::2/64"]
    routes: [{to: default, via: 10.1.0.1}, {to: "::/0", via: "fe80::1"}, {to: 0.0.0.0/0, via: 10.1.0.3}]
  eth1:
    addresses: [203.0.113.7/32]
    gateway4: 192.0.2.1
  eth2:
    addresses: [10.2.0.2/24]
    routes: [{to: default, via: 10.2.0.1, metric: 200}, {to: 10.3.0.0/16, via: 192.0.2.9, on-link: true}]
`);

    expect(issues).toEqual([]);
    expect(network).toEqual([
      {
        interface: 'eth0',
        addresses: ['10.1.0.2/24', 'fd00::2/64'],
        gateways: ['10.1.0.1', 'fe80::1'],
        routes: ['default via 10.1.0.3'],
      },
      { interface: 'eth1', addresses: ['203.0.113.7/32'], routes: ['default via 192.0.2.1 onlink'] },
      {
        interface: 'eth2',
        addresses: ['10.2.0.2/24'],
        routes: ['default via 10.2.0.1 metric 200', '10.3.0.0/16 via 192.0.2.9 onlink'],
      },
    ]);
  });

  it('is checked as haos.network, with the line of the document', () => {
    const { issues, result } = read('version: 2\nethernets:\n  eth0:\n    addresses: [10.1.0.2]\n');

    expect(issues).toEqual(['error 4: "10.1.0.2" is not an address with the length of its network']);
    expect(result.issues[0]).toMatchObject({ key: 'haos.network[0].addresses' });
  });
});

describe('network-config version 1', () => {
  it('is read into haos.network', () => {
    const { network, issues } = read(`
version: 1
config:
  - type: physical
    name: eth0
    mac_address: "52:54:00:12:34:00"
    mtu: 1450
    subnets:
      - type: static
        address: 192.168.23.14
        netmask: 255.255.224.0
        gateway: 192.168.23.1
        dns_nameservers: [192.168.23.2, "192.168.23.3 8.8.4.4"]
        dns_search: lan.example
        routes:
          - {network: 10.0.0.0, netmask: 255.0.0.0, gateway: 192.168.23.7}
      - {type: static6, address: "2001:db8::14/64", gateway: "2001:db8::1"}
  - {type: physical, name: eth1, mac_address: "52:54:00:12:34:01"}
  - {type: physical, name: eth2, mac_address: "52:54:00:12:34:02"}
  - {type: physical, name: eth3, subnets: [{type: dhcp4, control: auto}]}
  - type: bond
    name: bond0
    bond_interfaces: [eth1, eth2]
    params: {bond-mode: 1, bond_miimon: 100}
    subnets: [{type: manual}]
  - {type: vlan, name: eth0.111, vlan_link: eth0, vlan_id: 111, subnets: [{type: dhcp}]}
  - {type: nameserver, address: 9.9.9.9, search: [a.example, b.example]}
  - {type: nameserver, interface: eth3, address: [1.1.1.1]}
  - {type: route, destination: 172.16.0.0/12, gateway: 192.168.23.8, metric: 3}
`);

    expect(issues).toEqual([]);
    expect(network).toEqual([
      {
        mac: '52:54:00:12:34:00',
        mtu: '1450',
        addresses: ['192.168.23.14/19', '2001:db8::14/64'],
        gateways: ['192.168.23.1', '2001:db8::1'],
        nameservers: ['192.168.23.2', '192.168.23.3', '8.8.4.4', '9.9.9.9'],
        searchDomains: ['lan.example', 'a.example', 'b.example'],
        routes: ['10.0.0.0/8 via 192.168.23.7', '172.16.0.0/12 via 192.168.23.8 metric 3'],
      },
      { interface: 'eth3', nameservers: ['1.1.1.1'] },
      {
        interface: 'bond0',
        bond: ['52:54:00:12:34:01', '52:54:00:12:34:02'],
        bondMode: 'active-backup',
        bondOptions: ['miimon=100'],
        ipv4: 'disabled',
      },
      { interface: 'eth0.111', vlan: '111', parent: '52:54:00:12:34:00' },
    ]);
  });

  it('names the line of what has no effect', () => {
    const { network, issues } = read(`version: 1
config:
  - {type: bridge, name: br0, bridge_interfaces: [eth0]}
  - {type: loopback, name: lo}
  - {type: physical, name: eth0, subnets: [{type: dhcp}]}
  - {type: nameserver, address: 9.9.9.9}
  - {type: route, destination: 10.0.0.0/8, gateway: 10.1.0.1}
`);

    expect(network).toEqual([{ interface: 'eth0' }]);
    expect(issues).toEqual([
      'warning 3: br0, a bridge, has no effect here',
      'warning 6: a name server without a static address has no effect here',
      'warning 7: a route whose router is in no static network has no effect here',
    ]);
  });

  it.each(['version: 1\nconfig: disabled\n', 'network: {config: disabled}\n', '', 'version: 2\n'])(
    'has nothing to say in %j',
    (text) => {
      expect(read(text)).toMatchObject({ network: undefined, issues: [] });
    },
  );
});

describe('network_data.json', () => {
  it('is read into haos.network', () => {
    const { network, issues } = dataOf({
      links: [
        { id: 'tap0', type: 'ovs', vif_id: 'x', ethernet_mac_address: 'FA:16:3E:00:00:01', mtu: 1450 },
        { id: 'p1', type: 'phy', ethernet_mac_address: 'fa:16:3e:00:00:02', mtu: null },
        { id: 'p2', type: 'phy', ethernet_mac_address: 'fa:16:3e:00:00:03' },
        { id: 'b', type: 'bond', bond_links: ['p1', 'p2'], bond_mode: '802.3ad', bond_miimon: 100 },
        { id: 'v', type: 'vlan', vlan_link: 'b', vlan_id: 101, vlan_mac_address: 'fa:16:3e:00:00:02' },
        { id: 'w', type: 'vlan', vlan_link: 'tap0', vlan_id: 101 },
      ],
      networks: [
        {
          id: 'n0',
          link: 'tap0',
          type: 'ipv4',
          ip_address: '10.184.0.244',
          netmask: '255.255.240.0',
          routes: [
            { network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.184.0.1' },
            { network: '10.0.0.0', netmask: '255.0.0.0', gateway: '10.184.0.2' },
          ],
          services: [{ type: 'dns', address: '10.184.0.3' }],
        },
        {
          id: 'n1',
          link: 'tap0',
          type: 'ipv6',
          ip_address: '2001:db8::3257',
          netmask: 'ffff:ffff:ffff:ffff::',
        },
        { id: 'n2', link: 'v', type: 'ipv4_dhcp' },
        { id: 'n3', link: 'w', type: 'ipv6_slaac' },
      ],
      services: [{ type: 'dns', address: '8.8.8.8' }],
    });

    expect(issues).toEqual([]);
    expect(network).toEqual([
      {
        mac: 'fa:16:3e:00:00:01',
        mtu: '1450',
        addresses: ['10.184.0.244/20', '2001:db8::3257/64'],
        gateways: ['10.184.0.1'],
        nameservers: ['10.184.0.3', '8.8.8.8'],
        routes: ['10.0.0.0/8 via 10.184.0.2'],
      },
      {
        interface: 'bond0',
        bond: ['fa:16:3e:00:00:02', 'fa:16:3e:00:00:03'],
        bondMode: '802.3ad',
        bondOptions: ['miimon=100'],
        ipv4: 'disabled',
      },
      { interface: 'vlan101', vlan: '101', parent: 'bond0' },
      { interface: 'vlan101-1', vlan: '101', parent: 'fa:16:3e:00:00:01', ipv4: 'disabled' },
    ]);
  });

  it('leaves a card to DHCP where it says nothing of its networks', () => {
    const links = [{ id: 'a', type: 'phy', ethernet_mac_address: 'fa:16:3e:00:00:01' }];

    expect(dataOf({ links, networks: [], services: [] })).toMatchObject({
      network: [{ mac: 'fa:16:3e:00:00:01' }],
      issues: [],
    });
  });

  it('names what is not there', () => {
    const { issues } = dataOf({ links: [], networks: [{ link: 'a', type: 'ipv4' }] });

    expect(issues).toEqual(['warning 5: a network of a link that is not there has no effect here']);
  });
});

describe('a document about networks', () => {
  it.each<[SourceForm, string]>([
    ['network-config', 'version: [2\n'],
    ['network-config', '- a\n'],
    ['network-config', 'version: 3\n'],
    ['network-config', 'version: 2\nethernets: [eth0]\n'],
    ['network-config', 'version: 2\nethernets: {eth0: {addresses: [[a]], routes: a, match: b}}\n'],
    ['network-config', 'version: 1\nconfig: [a, {type: physical, name: [b]}]\n'],
    ['network-data', '{"links": [{"id": "a"}, 1], "networks": {"link": []}}'],
    ['network-data', '{'],
  ])('never keeps k3s waiting: %s %j', (form, text) => {
    const { issues, network } = read(text, form);

    expect(issues).not.toEqual([]);
    expect(issues.filter((issue) => issue.startsWith('error'))).toEqual([]);
    expect(network ?? []).toEqual([]);
  });

  it('loses to the network of user data', () => {
    const { config } = readSources([
      {
        source: 'metadata',
        form: 'network-config',
        content: 'version: 2\nethernets: {eth0: {dhcp4: true}}\n',
      },
      { source: 'userdata', content: 'haos: {network: [{interface: eth9}]}\n' },
    ]);

    expect(config.haos?.network).toEqual([{ interface: 'eth9' }]);
  });
});
