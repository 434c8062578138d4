import { expect, it } from 'vitest';
import { readConnmanSettings } from './connman-settings.js';

function read(content: string, path = '/var/lib/connman/default.config'): unknown {
  return readConnmanSettings({ path, content, node: undefined })?.map(({ value }) => value);
}

it.each([
  [
    'a static address',
    '[service_eth0]\nType=ethernet\nIPv4=10.1.0.11/255.255.255.0/10.1.0.1\nIPv6=off\nNameservers=10.1.0.1',
    [
      {
        interface: 'eth0',
        addresses: ['10.1.0.11/24'],
        gateways: ['10.1.0.1'],
        nameservers: ['10.1.0.1'],
        ipv6: 'disabled',
      },
    ],
  ],
  [
    'blanks, comments and a prefix length',
    '# lan\n[global]\nName = lan\n\n[service_eth1]\r\nType = ethernet\nIPv4 = 10.1.0.11/24\nIPv6 = fd00::11/64/fd00::1\nSearchDomains = a.example, b.example\n',
    [
      {
        interface: 'eth1',
        addresses: ['10.1.0.11/24', 'fd00::11/64'],
        gateways: ['fd00::1'],
        search_domains: ['a.example', 'b.example'],
      },
    ],
  ],
  [
    'cards',
    '[service_lan]\nType=ethernet\nMAC=52:54:00:12:34:56\n[service_b]\nType=ethernet\nDeviceName=enp3s0\nIPv4=off\n',
    [{ mac: '52:54:00:12:34:56' }, { interface: 'enp3s0', ipv4: 'disabled' }],
  ],
])('reads %s', (_title, content, networks) => {
  expect(read(content)).toEqual(networks);
});

const ETHERNET = '[service_eth0]\nType=ethernet\n';

it.each([
  ['a wireless network', '[service_wlan0]\nType=wifi\nName=home\n'],
  ['no interface', '[service_lan]\nType=ethernet\nIPv4=dhcp\n'],
  ['a placeholder', `${ETHERNET}IPv4=\${ip}/255.255.255.0/10.1.0.1\n`],
  ['an invalid mask', `${ETHERNET}IPv4=10.1.0.11/255.0.255.0/10.1.0.1\n`],
  ['an entry that has no key', `${ETHERNET}IPv6.Privacy=prefered\n`],
  ['something else', `${ETHERNET}hello\n`],
  ['nothing', ''],
])('leaves %s a file', (_title, content) => {
  expect(read(content)).toBeUndefined();
});

it('leaves other files files', () => {
  expect(read(ETHERNET, '/etc/connman/main.conf')).toBeUndefined();
});
