import { familyOf, isInNetwork, parsePrefix } from '../../appliers/network/ip-address.js';
import type { Draft, DraftRoute } from './draft.js';
import type { NetworkReader } from './reader.js';
import type { Text } from './text.js';

/**
 * Gives name servers that belong to no interface to those that have a static address: the others
 * learn theirs by DHCP.
 */
export function assignServers(
  { nameservers, searchDomains }: { nameservers: readonly Text[]; searchDomains: readonly Text[] },
  drafts: readonly Draft[],
  { name, reader }: { name?: string | undefined; reader: NetworkReader },
): void {
  const chosen = drafts.filter((draft) =>
    name === undefined ? draft.addresses.length > 0 : draft.label === name,
  );
  for (const draft of chosen) {
    draft.nameservers.push(...nameservers);
    draft.searchDomains.push(...searchDomains);
  }
  const [first] = [...nameservers, ...searchDomains];
  if (chosen.length === 0 && first !== undefined)
    reader.unused(first, 'a name server without a static address', 'Write it as `haos.dns_nameservers`.');
}

/** Gives a route that belongs to no interface to the one whose network has its router. */
export function assignRoute(route: DraftRoute, drafts: readonly Draft[], reader: NetworkReader): void {
  const { via, place } = route;
  const owner = drafts.find((draft) =>
    draft.addresses.some(({ text }) => {
      const prefix = parsePrefix(text);
      return prefix && via && familyOf(via.text) === prefix.family && isInNetwork(via.text, prefix);
    }),
  );
  if (owner) owner.routes.push(route);
  else reader.unused(place, 'a route whose router is in no static network');
}
