import type { Network } from '../../generated/types.js';
import { eachItem, type Finding, invalid, isNot, missing, type Rule } from '../../rules/rule.js';
import { checkLink, checkPorts, isLink, MAC } from './check-links.js';
import { isServerName } from './connman.js';
import { familyOf, isInNetwork, type Prefix, parsePrefix } from './ip-address.js';
import { parseRoute } from './route.js';

/** Names that the kernel takes for an interface (dev_valid_name of Linux), in ASCII. */
const INTERFACE = /^(?!\.{1,2}$)[!-.0-9;-~]{1,15}$/;

/** What is wrong with the items of `haos.network`. */
export const networkRule: Rule = ({ haos }) => {
  const networks = haos?.network ?? [];
  return networks.flatMap((network, index) => [
    ...checkNetwork(network, `/haos/network/${index}`),
    ...checkUnique(networks, index),
    ...checkPorts(networks, index),
  ]);
};

function checkNetwork(network: Network, pointer: string): Finding[] {
  return [
    ...(isLink(network) ? [] : checkInterface(network, pointer)),
    ...checkLink(network, pointer),
    ...checkMethod(network.ipv4, ['dhcp', 'disabled'], `${pointer}/ipv4`),
    ...checkMethod(network.ipv6, ['auto', 'disabled'], `${pointer}/ipv6`),
    ...checkAddresses(network, `${pointer}/addresses`),
    ...checkGateways(network, `${pointer}/gateways`),
    ...eachItem(network.routes, `${pointer}/routes`, checkRoute),
    ...checkMtu(network.mtu, `${pointer}/mtu`),
    ...checkNameservers(network, `${pointer}/nameservers`),
    ...checkDomains(network, `${pointer}/searchDomains`),
  ];
}

function checkNameservers({ nameservers = [] }: Network, pointer: string): Finding[] {
  const wrong = nameservers.find((server) => server !== '' && familyOf(server) === undefined);
  if (wrong === undefined) return [];
  return isNot(pointer, wrong, 'an IP address', 'Name servers are given by address.');
}

function checkDomains({ searchDomains = [] }: Network, pointer: string): Finding[] {
  const wrong = searchDomains.find((domain) => domain !== '' && !isServerName(domain));
  return wrong === undefined ? [] : isNot(pointer, wrong, 'a domain', 'Write it as lan.example.');
}

function checkInterface({ interface: name, mac }: Network, pointer: string): Finding[] {
  if (!name && !mac)
    return missing(
      pointer,
      'a network needs the interface that it is for',
      'Add `interface: eth0`, or `mac` with the address of the card.',
    );
  if (name && !INTERFACE.test(name))
    return isNot(
      `${pointer}/interface`,
      name,
      'an interface',
      'Write it as `ip link` shows it, such as eth0.',
    );
  if (mac && !MAC.test(mac))
    return isNot(`${pointer}/mac`, mac, 'the address of a card', 'Write it as 52:54:00:12:34:56, in quotes.');
  return [];
}

function checkMethod(method: string | undefined, known: readonly string[], pointer: string): Finding[] {
  if (!method || known.includes(method)) return [];
  return isNot(pointer, method, `one of ${known.join(', ')}`, 'Static addresses are for `addresses`.');
}

/** connman takes one address of each family (connman-service.config(5)). */
function checkAddresses({ addresses = [] }: Network, pointer: string): Finding[] {
  const texts = addresses.filter((text) => text !== '');
  const wrong = texts.find((text) => parsePrefix(text) === undefined);
  if (wrong !== undefined)
    return isNot(pointer, wrong, 'an address with the length of its network', 'Write it as 10.1.0.11/24.');
  const families = texts.map((text) => parsePrefix(text)?.family);
  if (new Set(families).size === families.length) return [];
  return invalid(
    pointer,
    'an interface has one address of IPv4 and one of IPv6 at most',
    'Remove the others, or add them with `ip address` in run_cmd.',
  );
}

function checkGateways({ gateways = [], addresses = [] }: Network, pointer: string): Finding[] {
  const prefixes = addresses.map(parsePrefix).filter((prefix): prefix is Prefix => prefix !== undefined);
  const seen = new Set<number>();
  for (const gateway of gateways.filter((text) => text !== '')) {
    const family = familyOf(gateway);
    const prefix = prefixes.find((each) => each.family === family);
    if (family === undefined)
      return isNot(pointer, gateway, 'an IP address', 'Write the address of the router.');
    if (seen.has(family)) return invalid(pointer, `there is a second gateway of IPv${family}`, 'Keep one.');
    if (prefix === undefined)
      return invalid(
        pointer,
        `the gateway ${gateway} needs a static address of IPv${family}`,
        'Add one to `addresses`; DHCP brings its own gateway.',
      );
    if (family === 4 && !isInNetwork(gateway, prefix))
      return invalid(
        pointer,
        `the gateway ${gateway} is not in the network ${prefix.address}/${prefix.length}`,
        'Correct one of them.',
      );
    seen.add(family);
  }
  return [];
}

function checkRoute(text: string, pointer: string): Finding[] {
  const route = text === '' ? undefined : parseRoute(text);
  if (typeof route !== 'string') return [];
  return invalid(
    pointer,
    `the route ${JSON.stringify(text)} ${route}`,
    'Write it as 10.2.0.0/16 via 10.1.0.254, or default via 10.1.0.1.',
  );
}

/** The smallest packet that every host of IPv4 takes (RFC 791), and the largest of all. */
function checkMtu(mtu: string | undefined, pointer: string): Finding[] {
  if (!mtu || (/^[1-9]\d{1,4}$/.test(mtu) && Number(mtu) >= 68 && Number(mtu) <= 65_535)) return [];
  return isNot(pointer, mtu, 'a size of packets', 'Write 68 to 65535, such as 9000.');
}

function checkUnique(networks: readonly Network[], index: number): Finding[] {
  const identity = ({ interface: name, mac }: Network) => mac?.toLowerCase() || name;
  const own = identity(networks[index]!);
  const first = networks.findIndex((other) => identity(other) === own);
  if (!own || first === index) return [];
  return invalid(
    `/haos/network/${index}/interface`,
    `haos.network[${first}] is for ${own} already`,
    'Make one item of them.',
  );
}
