import type { Node, Pair } from '../../parse/node.js';
import { setBondOptions } from './bond-options.js';
import { type Card, Draft } from './draft.js';
import { destinationOf, isOn, type Members, type NetworkReader } from './reader.js';
import type { Text } from './text.js';

/** Members that only matter to the programs that other systems use. */
const IGNORED = ['optional', 'renderer', 'critical', 'dhcp-identifier', 'optional-addresses'];

/**
 * Reads `network-config` version 2. Source: cloud-init's documentation, "Networking config Version
 * 2".
 */
export function readVersion2(document: Members, reader: NetworkReader): Draft[] {
  const named = new Map<string, Text>();
  const ethernets = devicesOf(document, 'ethernets', reader).flatMap(({ pair, members }) => {
    const card = readMatch(pair, members, reader);
    if (card === undefined) return [];
    named.set(pair.key, 'name' in card ? card.name : card.mac);
    return [readDevice(new Draft(card), pair.key, members, reader)];
  });
  const refer = (text: Text): Text => ({ ...text, text: named.get(text.text)?.text ?? text.text });
  const bonds = devicesOf(document, 'bonds', reader).map(({ pair, members }) => {
    const draft = new Draft({ name: nameOf(pair) });
    draft.bond.push(...reader.texts(members.get('interfaces'), 'interfaces').map(refer));
    setBondOptions(draft, reader.members(members.get('parameters'), 'parameters').pairs, reader);
    members.get('macaddress');
    return readDevice(draft, pair.key, members, reader);
  });
  const vlans = devicesOf(document, 'vlans', reader).map(({ pair, members }) => {
    const draft = new Draft({ name: nameOf(pair) });
    const link = reader.text(members.get('link'), 'link');
    draft.vlan = reader.text(members.get('id'), 'id');
    draft.parent = link && refer(link);
    return readDevice(draft, pair.key, members, reader);
  });
  reader.rest(document, IGNORED, 'a network');
  const ports = new Set(bonds.flatMap(({ bond }) => bond.map(({ text }) => text)));
  // A card of a bond is usually listed as well, without settings of its own.
  const own = ethernets.filter(({ card }) => !ports.has('name' in card ? card.name.text : card.mac.text));
  return [...own, ...bonds, ...vlans];
}

interface Device {
  pair: Pair;
  members: Members;
}

function devicesOf(document: Members, name: string, reader: NetworkReader): Device[] {
  const { pairs } = reader.members(document.get(name), name);
  return pairs.map((pair) => ({ pair, members: reader.members(pair.value, pair.key) }));
}

function nameOf({ key, keyStart, keyLength }: Pair): Text {
  return { text: key, start: keyStart, length: keyLength };
}

/** Undefined where the card is chosen in a way that `haos.network` does not have. */
function readMatch(pair: Pair, members: Members, reader: NetworkReader): Card | undefined {
  const match = members.get('match');
  const renamed = reader.text(members.get('set-name'), 'set-name');
  if (match === undefined) return { name: nameOf(pair) };
  const by = reader.members(match, 'match');
  const mac = reader.text(by.get('macaddress'), 'macaddress');
  const name = reader.text(by.get('name'), 'name');
  if (renamed !== undefined)
    reader.inform(renamed, `interfaces keep their names; the settings of ${pair.key} apply nevertheless`);
  if (mac !== undefined) return { mac: { ...mac, text: mac.text.toLowerCase() } };
  if (name !== undefined && !/[*?[]/.test(name.text)) return { name };
  reader.unused(nameOf(pair), `${pair.key}, which matches cards neither by name nor by address,`);
  return undefined;
}

function readDevice(draft: Draft, name: string, members: Members, reader: NetworkReader): Draft {
  for (const address of readAddresses(members.get('addresses'), reader)) draft.addAddress(address, reader);
  for (const key of ['gateway4', 'gateway6']) draft.addDefault(reader.text(members.get(key), key));
  for (const node of reader.items(members.get('routes'))) readRoute(draft, node, reader);
  const servers = reader.members(members.get('nameservers'), 'nameservers');
  draft.nameservers.push(...reader.texts(servers.get('addresses'), 'addresses'));
  draft.searchDomains.push(...reader.texts(servers.get('search'), 'search'));
  draft.mtu = reader.text(members.get('mtu'), 'mtu');
  readMethods(draft, members, reader);
  reader.rest(members, IGNORED, name);
  return draft;
}

/** An address is a text, or a map from it to options. */
function readAddresses(node: Node | undefined, reader: NetworkReader): Text[] {
  return reader.items(node).flatMap((item) => {
    const pair = item.kind === 'mapping' ? item.pairs[0] : undefined;
    return (pair ? nameOf(pair) : reader.text(item, 'an address')) ?? [];
  });
}

function readRoute(draft: Draft, node: Node, reader: NetworkReader): void {
  const route = reader.members(node, 'a route');
  const to = reader.text(route.get('to'), 'to');
  const via = reader.text(route.get('via'), 'via');
  const metric = reader.text(route.get('metric'), 'metric')?.text;
  const onLink = isOn(route.get('on-link'));
  reader.rest(route, [], 'a route');
  if (to !== undefined)
    draft.routes.push({ to: destinationOf(to, undefined), via, metric, onLink, place: to });
}

function readMethods(draft: Draft, members: Members, reader: NetworkReader): void {
  const dhcp4 = members.get('dhcp4');
  const dhcp6 = members.get('dhcp6');
  draft.isWithoutIpv4 = !isOn(dhcp4);
  const accept = members.get('accept-ra');
  draft.isWithoutIpv6 = accept !== undefined && !isOn(accept) && !isOn(dhcp6);
  for (const [node, family] of [
    [dhcp4, 4],
    [dhcp6, 6],
  ] as const)
    if (node && isOn(node) && draft.hasFamily(family))
      reader.unused(node, `DHCP beside a static address of IPv${family}`);
}
