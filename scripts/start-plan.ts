import type { StartOptions } from './start-options.mjs';

/** One machine of a start. The first one is the server, and has the terminal and the disk. */
export interface PlannedNode {
  name: string;
  /** Words of its kernel command line; for an agent, `SERVER` stands for the address of the server. */
  words: readonly string[];
  /** MiB */
  memory: number;
  /** Network arguments of QEMU. */
  network: readonly string[];
}

/** Where `words` need the address of the server. */
export const SERVER = '<server>';

/** Ports of the first node that a port of 127.0.0.1 leads to. */
export const SSH = 22;
export const API = 6443;

const MIB_PER_GIB = 1024;
const SMALLEST = 2 * MIB_PER_GIB;
const LARGEST = 4 * MIB_PER_GIB;

/**
 * MiB for each of `nodes` machines on a host with `total` bytes: an even share of half of it, in whole GiB, from 2 to 4. With k3s, 2 GiB
 * are the least in which a live node gets Ready; more is room for pods, which a live node keeps in memory.
 */
export function chooseMemory(total: number, nodes: number): number {
  const share = Math.floor(total / 2 / nodes / 2 ** 30) * MIB_PER_GIB;
  return Math.min(Math.max(share, SMALLEST), LARGEST);
}

/**
 * Plans the machines: alone, or a server and agents. Several are on one network, which QEMU of the server runs, with its DHCP and its way
 * out: the agents are connected to it by sockets in `directory`.
 */
export function planNodes(
  { nodes, words }: Pick<StartOptions, 'nodes' | 'words'>,
  { total, directory }: { total: number; directory: string },
): PlannedNode[] {
  const memory = chooseMemory(total, nodes);
  const forward = [SSH, API].map((port) => `hostfwd=tcp:127.0.0.1:0-:${port}`).join(',');
  if (nodes === 1)
    return [{ name: 'node1', words, memory, network: ['-nic', `user,model=virtio-net-pci,${forward}`] }];
  const others = words.filter((word) => !/^(haos\.)?hostname=/i.test(word));
  const wires = Array.from({ length: nodes - 1 }, (_, index) => `${directory}/wire${index + 2}`);
  const named = words.length > others.length ? words : [...words, 'hostname=node1'];
  return [
    { name: 'node1', words: [...named, SEED], memory, network: connectServer(forward, wires) },
    ...wires.map((wire, index) => {
      const name = `node${index + 2}`;
      const join = [`hostname=${name}`, `haos.server_url=https://${SERVER}:${API}`, SEED];
      return { name, words: [...others, ...join], memory, network: connectAgent(wire, index + 2) };
    }),
  ];
}

/** The token is on a drive: the kernel command line is no secret in a guest. */
const SEED = 'haos.data_source=cdrom';

function connectServer(forward: string, wires: readonly string[]): string[] {
  return [
    ...['-netdev', `user,id=outside,${forward}`, '-netdev', 'hubport,hubid=0,id=port1,netdev=outside'],
    ...wires.flatMap((path, index) => [
      ...['-netdev', `stream,id=wire${index + 2},server=on,addr.type=unix,addr.path=${path}`],
      ...['-netdev', `hubport,hubid=0,id=port${index + 2},netdev=wire${index + 2}`],
    ]),
    ...['-netdev', 'hubport,hubid=0,id=card', '-device', `virtio-net-pci,netdev=card,mac=${macOf(1)}`],
  ];
}

function connectAgent(wire: string, number: number): string[] {
  return [
    ...['-netdev', `stream,id=wire,server=off,addr.type=unix,addr.path=${wire}`],
    ...['-device', `virtio-net-pci,netdev=wire,mac=${macOf(number)}`],
  ];
}

/** Of the range that QEMU uses. */
function macOf(number: number): string {
  return `52:54:00:68:61:${number.toString(16).padStart(2, '0')}`;
}
