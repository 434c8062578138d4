import { CONNMAN_CONFIG, connmanConfig, type Lan } from '../tests/kubernetes/lan.js';
import type { StartOptions } from './start-options.mjs';

/** One machine of a start. The first is the server, and has the terminal and the disk. */
export interface PlannedNode {
  name: string;
  /** Words of its kernel command line. */
  words: readonly string[];
  /** The configuration on its drive; undefined without a drive. */
  config?: object;
  /** MiB */
  memory: number;
  /** Network arguments of QEMU. */
  network: readonly string[];
}

/** Ports of the first node that ports of 127.0.0.1 lead to. */
export const SSH = 22;
export const API = 6443;

const MIB_PER_GIB = 1024;
const SMALLEST = 2 * MIB_PER_GIB;
const LARGEST = 4 * MIB_PER_GIB;

/**
 * Returns the MiB for each of `nodes` machines on a host with `total` bytes: an even share of half
 * of it, in whole GiB, from 2 to 4. With k3s, a live node needs at least 2 GiB to become Ready;
 * more leaves room for pods, which a live node keeps in memory.
 */
export function chooseMemory(total: number, nodes: number): number {
  const share = Math.floor(total / 2 / nodes / 2 ** 30) * MIB_PER_GIB;
  return Math.min(Math.max(share, SMALLEST), LARGEST);
}

/** Settings that several nodes share. */
export interface SharedSetting {
  token: string;
  lan: Lan;
}

/**
 * Plans the machines: one alone, or a server and agents. Each has a QEMU network with DHCP and a
 * route to the outside. Several machines have a second card in a network of their own for
 * Kubernetes: QEMU's network takes packets for other machines as its own and refuses them.
 */
export function planNodes(
  { nodes, words }: Pick<StartOptions, 'nodes' | 'words'>,
  { total, token, lan }: { total: number } & SharedSetting,
): PlannedNode[] {
  const memory = chooseMemory(total, nodes);
  const forward = [SSH, API].map((port) => `,hostfwd=tcp:127.0.0.1:0-:${port}`).join('');
  const outside = (ports: string) => ['-nic', `user,model=virtio-net-pci${ports}`];
  if (nodes === 1) return [{ name: 'node1', words, memory, network: outside(forward) }];
  const others = words.filter((word) => !/^(haos\.)?hostname=/i.test(word));
  return Array.from({ length: nodes }, (_, index) => {
    const name = `node${index + 1}`;
    const isServer = index === 0;
    const own = isServer && others.length < words.length ? words : [...others, `hostname=${name}`];
    const address = addressOf(index);
    return {
      name,
      words: [...own, configureCard(address), SEED],
      config: configureNode(address, { token, isServer }),
      memory,
      network: [...outside(isServer ? forward : ''), ...lan.card(address)],
    };
  });
}

/**
 * The configuration is on a drive because it contains the token: in a guest the kernel command line
 * is not secret.
 */
const SEED = 'haos.data_source=cdrom';

function configureNode(address: string, { token, isServer }: { token: string; isServer: boolean }): object {
  const join = isServer ? {} : { server_url: `https://${addressOf(0)}:${API}` };
  const role = isServer ? 'server' : 'agent';
  return { haos: { token, ...join, k3s_args: [role, `--node-ip=${address}`, '--flannel-iface=eth1'] } };
}

/**
 * Returns a word of the kernel command line, because the drive is read only after the network is
 * up.
 */
function configureCard(address: string): string {
  return `boot_cmd=printf '${connmanConfig(address).join('\\n')}' >${CONNMAN_CONFIG}`;
}

function addressOf(index: number): string {
  return `10.77.0.${index + 1}`;
}
