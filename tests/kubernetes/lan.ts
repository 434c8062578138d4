import { randomInt } from 'node:crypto';

/** A network of virtual machines: each machine has a second network card with a fixed address. */
export interface Lan {
  /** Returns QEMU arguments for the card of the machine with this address. */
  card(address: string): string[];
}

/** Makes a separate network. Its packets do not leave the loopback device. */
export function makeLan(): Lan {
  const group = `239.77.${randomInt(256)}.${randomInt(256)}:${randomInt(20_000, 30_000)}`;
  return {
    card: (address) => [
      ...['-netdev', `socket,id=lan,mcast=${group},localaddr=127.0.0.1`],
      ...['-device', `virtio-net-pci,netdev=lan,mac=${macOf(address)}`],
    ],
  };
}

/**
 * The file from which connman reads what `connmanConfig` returns. Write it before connman starts:
 * later, a DHCP time-out removes the address.
 */
export const CONNMAN_CONFIG = '/var/lib/connman/lan.config';

/** Returns the lines of a connman file that gives the card its address: the network has no DHCP. */
export function connmanConfig(address: string): string[] {
  return [
    '[service_lan]',
    'Type=ethernet',
    `MAC=${macOf(address)}`,
    `IPv4=${address}/255.255.255.0`,
    'IPv6=off',
    '',
  ];
}

/**
 * Returns the configuration of a node with such a card, and with container images on its second
 * disk.
 */
export function nodeSetup(address: string): { write_files: object[]; boot_cmd: string[] } {
  const content = connmanConfig(address).join('\n');
  return {
    write_files: [{ path: CONNMAN_CONFIG, permissions: '0600', content }],
    boot_cmd: [
      'mkdir -p /var/lib/rancher/k3s/agent/images /media/images',
      'mount -t squashfs -o ro /dev/vdb /media/images',
      'ln -sf /media/images/*.tar /var/lib/rancher/k3s/agent/images/',
    ],
  };
}

/** Returns the hardware address of the card of the machine with this address. */
export function macOf(address: string): string {
  return `52:54:00:77:00:${address.split('.').at(-1)?.padStart(2, '0')}`;
}
