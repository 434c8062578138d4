import { familyOf, isInNetwork, parsePrefix } from '../../appliers/network/ip-address.js';
import { mappingNode, type Node, stringNode } from '../../parse/node.js';
import type { NetworkReader } from './reader.js';
import type { Text } from './text.js';

/** An interface by its name or the address of its card. */
export type Card = { name: Text } | { mac: Text };

export interface DraftRoute {
  /** A network with its length, or `default`. */
  to: string;
  via?: Text | undefined;
  metric?: string | undefined;
  onLink?: boolean;
  place: Text;
}

/** An item of `haos.network` in the making. */
export class Draft {
  readonly addresses: Text[] = [];
  readonly nameservers: Text[] = [];
  readonly searchDomains: Text[] = [];
  readonly routes: DraftRoute[] = [];
  readonly bond: Text[] = [];
  readonly bondOptions: Text[] = [];
  vlan?: Text | undefined;
  parent?: Text | undefined;
  bondMode?: Text;
  mtu?: Text | undefined;
  /** Whether the document wants no address of IPv4 at all. */
  isWithoutIpv4 = false;
  isWithoutIpv6 = false;

  /** The kinds of networks that a config drive names for it. */
  readonly methods: string[] = [];

  /** `label` is the name that the document has for it. */
  constructor(
    readonly card: Card,
    readonly label = '',
  ) {}

  /** Adds an address with its length. connman takes one of each family. */
  addAddress(address: Text, reader: NetworkReader): void {
    const family = address.text.includes(':');
    if (this.addresses.some(({ text }) => text.includes(':') === family))
      reader.unused(address, `a second address of ${family ? 'IPv6' : 'IPv4'}`);
    else this.addresses.push(address);
  }

  /** A default route: a gateway, if connman takes it as one. */
  addDefault(via: Text | undefined): void {
    if (via !== undefined) this.routes.push({ to: 'default', via, place: via });
  }

  hasFamily(family: 4 | 6): boolean {
    return this.addresses.some(({ text }) => text.includes(':') === (family === 6));
  }

  toNode(): Node {
    const { gateways, routes } = this.splitRoutes();
    const lists = {
      addresses: this.addresses,
      gateways,
      nameservers: unique(this.nameservers),
      search_domains: unique(this.searchDomains),
      routes: routes.map((route) => ({ ...route.place, text: formatRoute(route) })),
      bond: this.bond,
      bond_options: this.bondOptions,
    };
    const texts = {
      vlan: this.vlan,
      parent: this.parent,
      bond_mode: this.bondMode,
      mtu: this.mtu,
    };
    const at = 'name' in this.card ? this.card.name : this.card.mac;
    const disabled = { ...at, text: 'disabled' };
    return mappingNode({
      ['name' in this.card ? 'interface' : 'mac']: nodeOf(at),
      ...Object.fromEntries(
        Object.entries(texts).flatMap(([key, text]) => (text === undefined ? [] : [[key, nodeOf(text)]])),
      ),
      ...Object.fromEntries(
        Object.entries(lists).flatMap(([key, list]) => (list.length === 0 ? [] : [[key, listOf(list)]])),
      ),
      ...(this.isWithoutIpv4 && !this.hasFamily(4) ? { ipv4: nodeOf(disabled) } : {}),
      ...(this.isWithoutIpv6 && !this.hasFamily(6) ? { ipv6: nodeOf(disabled) } : {}),
    });
  }

  /** The first plain default route of a family is its gateway, where it lies in the network. */
  private splitRoutes(): { gateways: Text[]; routes: DraftRoute[] } {
    const gateways: Text[] = [];
    const routes: DraftRoute[] = [];
    for (const route of this.routes) {
      const gateway = this.gatewayOf(route);
      const isNew = gateway && !gateways.some(({ text }) => familyOf(text) === familyOf(gateway.text));
      if (isNew) gateways.push(gateway);
      else routes.push(this.isBeyond(route) ? { ...route, onLink: true } : route);
    }
    return { gateways, routes };
  }

  private gatewayOf({ to, via, metric, onLink }: DraftRoute): Text | undefined {
    if (to !== 'default' || via === undefined || metric !== undefined || onLink) return undefined;
    const family = familyOf(via.text);
    const prefix = this.prefixOf(family);
    // Of IPv6, the router has an address of the link.
    return prefix && (family === 6 || isInNetwork(via.text, prefix)) ? via : undefined;
  }

  /** Whether the router of a default route is outside of the network of the address. */
  private isBeyond({ to, via }: DraftRoute): boolean {
    const family = familyOf(via?.text ?? '');
    const prefix = this.prefixOf(family);
    return to === 'default' && family === 4 && prefix !== undefined && !isInNetwork(via!.text, prefix);
  }

  private prefixOf(family: 4 | 6 | undefined) {
    return this.addresses.map(({ text }) => parsePrefix(text)).find((prefix) => prefix?.family === family);
  }
}

function formatRoute({ to, via, metric, onLink }: DraftRoute): string {
  return [
    to,
    ...(via === undefined ? [] : ['via', via.text]),
    ...(onLink && via !== undefined ? ['onlink'] : []),
    ...(metric === undefined ? [] : ['metric', metric]),
  ].join(' ');
}

function unique(texts: readonly Text[]): Text[] {
  return texts.filter(({ text }, index) => texts.findIndex((other) => other.text === text) === index);
}

function nodeOf({ text, start, length }: Text): Node {
  return stringNode(text, start, length);
}

function listOf(texts: readonly Text[]): Node {
  return { kind: 'sequence', items: texts.map(nodeOf), start: texts[0]!.start, length: texts[0]!.length };
}
