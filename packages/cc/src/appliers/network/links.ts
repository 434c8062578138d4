import type { Network } from '../../generated/types.js';
import { bondOptionsOf, MAC, portsOf } from './check-links.js';
import { parseRoute } from './route.js';

/**
 * Returns the list for the service `networks`: one thing to do in each line, in words without
 * blanks, in the order in which they must be done. It is empty if there is nothing to do.
 *
 * - `bond NAME ARGUMENT...`: the arguments of ip-link(8)
 * - `port NAME CARD`: a card by its name or its address
 * - `vlan NAME NUMBER CARD`
 * - `mtu CARD NUMBER`
 * - `route CARD 4|6 ARGUMENT...`: the arguments of ip-route(8)
 */
export function formatLinks(items: readonly Network[]): string {
  const lines = [
    ...items.filter(({ bond }) => portsOf(bond).length > 0).flatMap(bondLines),
    ...items
      .filter(({ vlan }) => vlan)
      .map((item) => ['vlan', item.interface, item.vlan, cardName(item.parent)]),
    ...items.filter(({ mtu }) => mtu).map((item) => ['mtu', cardOf(item), item.mtu]),
    ...items.flatMap(routeLines),
  ];
  return lines.map((words) => `${words.join(' ')}\n`).join('');
}

function bondLines({ interface: name = '', bond, bondMode, bondOptions }: Network): string[][] {
  const options = bondOptionsOf(bondOptions);
  // Without it, the kernel does not notice a cable that is pulled out.
  const watched = options.some(([option]) => option === 'miimon') ? options : [['miimon', '100'], ...options];
  return [
    ['bond', name, 'mode', bondMode || 'active-backup', ...watched.flat()],
    ...portsOf(bond).map((port) => ['port', name, port]),
  ];
}

function routeLines(item: Network): string[][] {
  return (item.routes ?? [])
    .map((text) => (text === '' ? '' : parseRoute(text)))
    .filter((route) => typeof route !== 'string')
    .map(({ family, words }) => ['route', cardOf(item), String(family), ...words]);
}

function cardOf({ interface: name, mac }: Network): string {
  return cardName(mac || name);
}

function cardName(card = ''): string {
  return MAC.test(card) ? card.toLowerCase() : card;
}
