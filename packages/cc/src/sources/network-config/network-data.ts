import { assignServers } from './assign-unbound.js';
import { setBondOptions } from './bond-options.js';
import { Draft } from './draft.js';
import { destinationOf, type Members, type NetworkReader, withLength } from './reader.js';
import type { Text } from './text.js';

const LINK_IGNORED = ['id', 'type', 'vif_id', 'name', 'ethernet_mac_address', 'vlan_mac_address'];

/**
 * Reads `network_data.json` of a config drive. Source: the schema "network_data.json" of the Nova
 * user guide.
 */
export function readNetworkData(document: Members, reader: NetworkReader): Draft[] {
  const links = reader
    .items(document.get('links'))
    .map((node) => readLink(reader.members(node, 'a link'), reader));
  const drafts = new Map<string, Draft>();
  const refer = (id: Text): Text => {
    const mac = links.find((link) => link.id?.text === id.text && link.kind === 'card')?.mac;
    const made = drafts.get(id.text)?.card;
    const name = made && 'name' in made ? made.name.text : undefined;
    return { ...id, text: mac?.text ?? name ?? id.text };
  };
  const names = new Set<string>();
  for (const kind of ['card', 'bond', 'vlan'] as const)
    for (const link of links.filter((each) => each.kind === kind && each.id !== undefined)) {
      const draft = makeDraft(link, { names, refer, reader });
      if (draft) drafts.set(link.id!.text, draft);
    }
  for (const node of reader.items(document.get('networks')))
    readNetwork(reader.members(node, 'a network'), drafts, reader);
  // A VLAN or a bond without a network only carries others.
  for (const draft of drafts.values())
    draft.isWithoutIpv4 =
      draft.methods.length > 0 ? !draft.methods.includes('ipv4_dhcp') : !('mac' in draft.card);
  assignServers({ nameservers: serversOf(document, reader), searchDomains: [] }, [...drafts.values()], {
    reader,
  });
  reader.rest(document, [], 'network_data.json');
  const ports = new Set([...drafts.values()].flatMap(({ bond }) => bond.map(({ text }) => text)));
  return [...drafts.values()].filter(({ card }) => !('mac' in card && ports.has(card.mac.text)));
}

interface Link {
  kind: 'card' | 'bond' | 'vlan';
  id: Text | undefined;
  mac: Text | undefined;
  mtu: Text | undefined;
  members: Members;
}

function readLink(members: Members, reader: NetworkReader): Link {
  const type = reader.text(members.get('type'), 'type')?.text;
  const mac = reader.text(members.get('ethernet_mac_address'), 'ethernet_mac_address');
  return {
    kind: type === 'bond' || type === 'vlan' ? type : 'card',
    id: reader.text(members.get('id'), 'id'),
    mac: mac && { ...mac, text: mac.text.toLowerCase().replaceAll('-', ':') },
    mtu: reader.text(members.get('mtu'), 'mtu'),
    members,
  };
}

interface DraftOptions {
  /** The names that are taken. */
  names: Set<string>;
  refer(id: Text): Text;
  reader: NetworkReader;
}

/** Undefined for a card without an address. The document has no names for VLANs and bonds. */
function makeDraft(link: Link, { names, refer, reader }: DraftOptions): Draft | undefined {
  const { kind, id, mac, mtu, members } = link;
  if (kind === 'card' && mac === undefined) {
    reader.unused(id!, 'a link without ethernet_mac_address');
    return undefined;
  }
  const number = reader.text(members.get('vlan_id'), 'vlan_id');
  const name = freeName(kind === 'bond' ? 'bond' : `vlan${number?.text ?? ''}`, kind === 'bond', names);
  const draft = new Draft(kind === 'card' ? { mac: mac! } : { name: { ...id!, text: name } });
  draft.mtu = mtu;
  if (kind === 'bond') {
    draft.bond.push(...reader.texts(members.get('bond_links'), 'bond_links').map(refer));
    const options = members.unread().filter(({ key }) => key.startsWith('bond_'));
    for (const { key } of options) members.get(key);
    setBondOptions(draft, options, reader);
  }
  if (kind === 'vlan') {
    const parent = reader.text(members.get('vlan_link'), 'vlan_link');
    draft.vlan = number;
    draft.parent = parent && refer(parent);
  }
  reader.rest(members, LINK_IGNORED, 'a link');
  return draft;
}

/** bond0, bond1 and so on; vlan100, and vlan100-1 for the same number on another card. */
function freeName(stem: string, isCounted: boolean, names: Set<string>): string {
  const candidates = Array.from({ length: names.size + 1 }, (_, index) =>
    isCounted ? `${stem}${index}` : index === 0 ? stem : `${stem}-${index}`,
  );
  const name = candidates.find((candidate) => !names.has(candidate))!;
  names.add(name);
  return name;
}

function readNetwork(network: Members, drafts: ReadonlyMap<string, Draft>, reader: NetworkReader): void {
  const link = reader.text(network.get('link'), 'link');
  const draft = link && drafts.get(link.text);
  if (!draft) {
    if (link) reader.unused(link, 'a network of a link that is not there');
    return;
  }
  const type = reader.text(network.get('type'), 'type')?.text ?? '';
  draft.methods.push(type);
  const address = reader.text(network.get('ip_address'), 'ip_address');
  const mask = reader.text(network.get('netmask'), 'netmask');
  if (address !== undefined && /^ipv[46]$/.test(type)) draft.addAddress(withLength(address, mask), reader);
  draft.addDefault(reader.text(network.get('gateway'), 'gateway'));
  for (const node of reader.items(network.get('routes'))) {
    const route = reader.members(node, 'a route');
    const to = reader.text(route.get('network'), 'network');
    const via = reader.text(route.get('gateway'), 'gateway');
    const length = reader.text(route.get('netmask'), 'netmask');
    if (to !== undefined) draft.routes.push({ to: destinationOf(to, length), via, place: to });
  }
  draft.nameservers.push(...serversOf(network, reader));
}

function serversOf(members: Members, reader: NetworkReader): Text[] {
  return reader.items(members.get('services')).flatMap((node) => {
    const service = reader.members(node, 'a service');
    const type = reader.text(service.get('type'), 'type');
    const address = reader.text(service.get('address'), 'address');
    if (type?.text === 'dns' && address) return [address];
    if (type) reader.unused(type, `a service of type ${type.text}`);
    return [];
  });
}
