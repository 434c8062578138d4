import { type Host, isHaosError } from '@haos/host';
import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { CloudConfig, Network } from '../../generated/types.js';
import { type Finding, isError } from '../../rules/rule.js';
import { formatKeyFileList, ownershipLine } from '../files/key-file.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { isLink } from './check-links.js';
import { networkRule } from './check-network.js';
import { isServerName, RESTART_TIMEOUT, restartConnman } from './connman.js';
import { familyOf, formatMask, parsePrefix } from './ip-address.js';
import { formatLinks } from './links.js';

/** connman takes letters and digits in the name. */
const PATH = '/var/lib/connman/haosnetwork.config';
/** What connman cannot do, for the service `networks` (docs/boot-contract.md). */
const LINKS = '/run/haos/network';
const FIRST_LINE = ownershipLine('haos.network');
const CARDS = '/sys/class/net';

/**
 * Writes the settings of interfaces for connman (connman-service.config(5)), and VLANs, bonds,
 * routes and sizes of packets for the service `networks`. An interface that no item names gets its
 * settings by DHCP.
 *
 * A node must stay reachable: an item is left out only if it does not say for which interface it
 * is, or cannot make it. Of any other value only the wrong part is left out, never the address.
 *
 * In the runtime phase, both services restart if something changed. connman also watches its file,
 * but a DHCP request that it began earlier would remove a new address when it times out.
 */
export const network: Applier = {
  name: 'network',
  keys: ['haos.network'],
  always: true,
  async apply(config, context) {
    const items = await usableItems(config, context);
    const isChanged = [
      writeLinks(
        items.map(({ item }) => item),
        context.host,
      ),
      !isWrittenByUser(config, PATH) && writeServices(items, context),
    ];
    if (context.phase !== 'runtime' || !isChanged.includes(true)) return;
    if (isChanged[0]) await context.attempt(() => restartNetworks(context));
    await restartConnman(context);
  },
};

async function restartNetworks({ host }: ApplyContext): Promise<void> {
  const args = ['--nodeps', '--ifexists', 'networks', 'restart'];
  await host.run('rc-service', args, { timeout: RESTART_TIMEOUT });
}

interface IndexedItem {
  index: number;
  item: Network;
}

/** Reports what is wrong, and returns what can be done nevertheless. */
async function usableItems(config: CloudConfig, context: ApplyContext): Promise<IndexedItem[]> {
  const findings = networkRule(config).filter(isError);
  for (const finding of findings) await context.attempt(() => refuse([finding], 'HAOS_CC_NETWORK'));
  return (config.haos?.network ?? []).flatMap((item, index) => {
    const own = findings.filter(({ pointer }) => `${pointer}/`.startsWith(`/haos/network/${index}/`));
    return own.some(isWhole) ? [] : [{ index, item: withoutWrong(item, own) }];
  });
}

/** The keys that lose only what is wrong. Addresses are chosen where they are written. */
const PARTS = ['addresses', 'gateways', 'nameservers', 'searchDomains', 'ipv4', 'ipv6', 'routes', 'mtu'];

function isWhole({ pointer }: Finding): boolean {
  return !PARTS.includes(pointer.split('/')[4] ?? '');
}

function withoutWrong(item: Network, findings: readonly Finding[]): Network {
  const wrong = new Set(findings.map(({ pointer }) => pointer.split('/')[4]));
  const isWrongRoute = (index: number) =>
    findings.some(({ pointer }) => pointer.endsWith(`/routes/${index}`));
  const dropped = ['gateways', 'ipv4', 'ipv6', 'mtu'].filter((name) => wrong.has(name));
  return {
    ...Object.fromEntries(Object.entries(item).filter(([name]) => !dropped.includes(name))),
    nameservers: item.nameservers?.filter((server) => familyOf(server) !== undefined) ?? [],
    searchDomains: item.searchDomains?.filter((domain) => domain !== '' && isServerName(domain)) ?? [],
    routes: item.routes?.filter((_, index) => !isWrongRoute(index)) ?? [],
  };
}

/**
 * Returns whether the list changed. Without anything in it, it is not written for the first time.
 */
function writeLinks(items: readonly Network[], { files }: Host): boolean {
  const text = formatLinks(items);
  const before = files.readTextIfExists(LINKS);
  if (text === (before ?? '')) return false;
  files.write(LINKS, text, { mode: 0o644 });
  return true;
}

/**
 * Returns whether the file changed. Without items it is removed, unless they may be in a source
 * that cannot be read: a broken file must not cost the node its address.
 */
function writeServices(items: readonly IndexedItem[], { host, incomplete }: ApplyContext): boolean {
  const { files } = host;
  const before = files.readTextIfExists(PATH);
  if (items.length === 0) {
    if (incomplete || !before?.startsWith(`${FIRST_LINE}\n`)) return false;
    files.remove(PATH);
    return true;
  }
  // A VLAN has the address of its card, so a section with `MAC` would also be for the VLAN.
  const hasVlan = items.some(({ item }) => item.vlan);
  const sections = items.map(({ item, index }) => {
    const name = hasVlan && item.mac ? cardWith(item.mac, host) : undefined;
    return renderService(name === undefined ? item : { ...item, interface: name, mac: '' }, index);
  });
  const text = `${FIRST_LINE}\n\n${sections.join('\n')}`;
  files.write(PATH, text, { mode: 0o644 });
  return text !== before;
}

/**
 * The name of the card with an address; undefined where the kernel does not know it, or not yet.
 */
function cardWith(mac: string, { files }: Host): string | undefined {
  try {
    return files
      .list(CARDS)
      .filter((name) => files.stat(`${CARDS}/${name}/device`) !== undefined)
      .find((name) => files.readTextIfExists(`${CARDS}/${name}/address`)?.trim() === mac.toLowerCase());
  } catch (error) {
    if (isHaosError(error)) return undefined;
    throw error;
  }
}

function renderService(item: Network, index: number): string {
  const lists = [
    ['Nameservers', item.nameservers ?? []],
    ['SearchDomains', item.searchDomains ?? []],
  ] as const;
  const lines = [
    `[service_haos${index}]`,
    'Type=ethernet',
    // The former counts where both are given.
    ...(item.mac && !isLink(item) ? [`MAC=${item.mac.toLowerCase()}`] : [`DeviceName=${item.interface}`]),
    `IPv4=${settingOf(item, 4) ?? (item.ipv4 === 'disabled' ? 'off' : 'dhcp')}`,
    `IPv6=${settingOf(item, 6) ?? (item.ipv6 === 'disabled' ? 'off' : 'auto')}`,
    ...lists
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => `${name}=${formatKeyFileList(values, name)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The first static address of a family, with its gateway if there is one. */
function settingOf({ addresses = [], gateways = [] }: Network, family: 4 | 6): string | undefined {
  const prefix = addresses.map(parsePrefix).find((each) => each?.family === family);
  if (prefix === undefined) return undefined;
  const gateway = gateways.find((text) => text !== '' && text.includes(':') === (family === 6));
  const length = family === 4 ? formatMask(prefix.length) : prefix.length;
  return [prefix.address, length, ...(gateway ? [gateway] : [])].join('/');
}
