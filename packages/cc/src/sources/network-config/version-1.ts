import type { Node } from '../../parse/node.js';
import { assignRoute, assignServers } from './assign-unbound.js';
import { setBondOptions } from './bond-options.js';
import { type Card, Draft } from './draft.js';
import { destinationOf, type Members, type NetworkReader, withLength } from './reader.js';
import type { Text } from './text.js';

/** Members that only matter to the programs that other systems use. */
const IGNORED = ['accept-ra', 'control', 'ipv4', 'ipv6', 'id'];

/**
 * Reads `network-config` version 1. Source: cloud-init's documentation, "Networking config Version
 * 1".
 */
export function readVersion1(document: Members, reader: NetworkReader): Draft[] {
  const entries = reader
    .items(document.get('config'))
    .map((node) => reader.members(node, 'an item of config'));
  const cards = new Map<string, Text>();
  for (const entry of entries.filter((each) => typeOf(each, reader) === 'physical')) {
    const [name, mac] = ['name', 'mac_address'].map((key) => reader.text(entry.get(key), key));
    if (name && mac) cards.set(name.text, { ...mac, text: mac.text.toLowerCase() });
  }
  const refer = (text: Text): Text => ({ ...text, text: cards.get(text.text)?.text ?? text.text });
  const drafts = entries.flatMap((entry) => readEntry(entry, refer, reader) ?? []);
  for (const entry of entries) readGlobal(entry, drafts, reader);
  const ports = new Set(drafts.flatMap(({ bond }) => bond.map(({ text }) => text)));
  return drafts.filter(({ card }) => !ports.has('name' in card ? card.name.text : card.mac.text));
}

function typeOf(entry: Members, reader: NetworkReader): string {
  return reader.text(entry.get('type'), 'type')?.text ?? '';
}

function readEntry(entry: Members, refer: (text: Text) => Text, reader: NetworkReader): Draft | undefined {
  const type = typeOf(entry, reader);
  const name = reader.text(entry.get('name'), 'name');
  if (['nameserver', 'route', 'loopback'].includes(type) || name === undefined) return undefined;
  if (!['physical', 'bond', 'vlan'].includes(type)) {
    reader.unused(name, `${name.text}, a ${type || 'device without a type'},`);
    return undefined;
  }
  const draft = new Draft(type === 'physical' ? cardOf(name, refer) : { name }, name.text);
  if (type === 'bond') readBond(draft, entry, refer, reader);
  if (type === 'vlan') readVlan(draft, entry, refer, reader);
  draft.mtu = reader.text(entry.get('mtu'), 'mtu');
  entry.get('mac_address');
  readSubnets(draft, reader.items(entry.get('subnets')), reader);
  reader.rest(entry, IGNORED, name.text);
  return draft;
}

/** The address of the card counts, and the name is one that other systems would give it. */
function cardOf(name: Text, refer: (text: Text) => Text): Card {
  const mac = refer(name);
  return mac.text === name.text ? { name } : { mac };
}

function readBond(draft: Draft, entry: Members, refer: (text: Text) => Text, reader: NetworkReader): void {
  draft.bond.push(...reader.texts(entry.get('bond_interfaces'), 'bond_interfaces').map(refer));
  setBondOptions(draft, reader.members(entry.get('params'), 'params').pairs, reader);
}

function readVlan(draft: Draft, entry: Members, refer: (text: Text) => Text, reader: NetworkReader): void {
  const link = reader.text(entry.get('vlan_link'), 'vlan_link');
  draft.parent = link && refer(link);
  draft.vlan = reader.text(entry.get('vlan_id'), 'vlan_id');
}

function readSubnets(draft: Draft, nodes: readonly Node[], reader: NetworkReader): void {
  let hasDhcp = false;
  for (const node of nodes) {
    const subnet = reader.members(node, 'a subnet');
    const type = reader.text(subnet.get('type'), 'type');
    hasDhcp ||= /^dhcp4?$/.test(type?.text ?? '');
    const address = reader.text(subnet.get('address'), 'address');
    const mask = reader.text(subnet.get('netmask'), 'netmask');
    if (address !== undefined) draft.addAddress(withLength(address, mask), reader);
    draft.addDefault(reader.text(subnet.get('gateway'), 'gateway'));
    draft.nameservers.push(...reader.words(subnet.get('dns_nameservers'), 'dns_nameservers'));
    draft.searchDomains.push(...reader.words(subnet.get('dns_search'), 'dns_search'));
    for (const route of reader.items(subnet.get('routes')))
      readRoute(reader.members(route, 'a route'), reader, (each) => draft.routes.push(each));
    reader.rest(subnet, IGNORED, 'a subnet');
  }
  draft.isWithoutIpv4 = !hasDhcp;
}

function readRoute(
  route: Members,
  reader: NetworkReader,
  add: (route: Draft['routes'][number]) => void,
): void {
  const to = reader.text(route.any('destination', 'network'), 'destination');
  const mask = reader.text(route.any('netmask', 'prefix'), 'netmask');
  const via = reader.text(route.get('gateway'), 'gateway');
  const metric = reader.text(route.get('metric'), 'metric')?.text;
  route.get('type');
  reader.rest(route, IGNORED, 'a route');
  if (to !== undefined) add({ to: destinationOf(to, mask), via, metric, place: to });
}

/** Name servers and routes that belong to no interface. */
function readGlobal(entry: Members, drafts: readonly Draft[], reader: NetworkReader): void {
  const type = typeOf(entry, reader);
  if (type === 'route') readRoute(entry, reader, (route) => assignRoute(route, drafts, reader));
  if (type !== 'nameserver') return;
  const name = reader.text(entry.get('interface'), 'interface')?.text;
  const servers = {
    nameservers: reader.words(entry.get('address'), 'address'),
    searchDomains: reader.words(entry.get('search'), 'search'),
  };
  assignServers(servers, drafts, { name, reader });
  reader.rest(entry, IGNORED, 'a nameserver');
}
