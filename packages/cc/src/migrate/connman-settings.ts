import { familyOf, lengthOfMask, parsePrefix } from '../appliers/network/ip-address.js';
import type { Setting, SettingItem } from './setting.js';
import type { WrittenFile } from './written-file.js';

const PATH = /^\/var\/lib\/connman\/[^/]+\.config$/;
const INTERFACE = /^(?:eth|en|ib)[a-z0-9]+$/;

type Entries = ReadonlyMap<string, string>;

/**
 * The networks of a file of connman (connman-service.config(5)) for wired interfaces; undefined
 * where it has anything else, or does not say for which interface it is.
 */
export function readConnmanSettings({ path, content }: WrittenFile): Setting[] | undefined {
  if (!PATH.test(path)) return undefined;
  const sections = readSections(content);
  const services = sections?.filter(({ name }) => name !== 'global');
  if (!services || services.length === 0) return undefined;
  const settings = services.map(({ name, entries }) => readService(name, entries));
  return settings.every((each) => each !== undefined) ? settings : undefined;
}

/** Undefined where a line is neither a section, an entry, nor a comment, or a name stands twice. */
function readSections(text: string): { name: string; entries: Map<string, string> }[] | undefined {
  const sections: { name: string; entries: Map<string, string> }[] = [];
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const name = /^\[([^\]]+)\]$/.exec(line)?.[1];
    if (name !== undefined) {
      sections.push({ name, entries: new Map() });
      continue;
    }
    const [, key, value] = /^([\w.]+)\s*=\s*(.*)$/.exec(line) ?? [];
    const entries = sections.at(-1)?.entries;
    if (key === undefined || value === undefined || !entries || entries.has(key)) return undefined;
    entries.set(key, value);
  }
  return sections;
}

const KNOWN = ['Type', 'IPv4', 'IPv6', 'MAC', 'DeviceName', 'Nameservers', 'SearchDomains', 'Name'];

function readService(section: string, entries: Entries): Setting | undefined {
  const isKnown = [...entries.keys()].every((key) => KNOWN.includes(key));
  if (!isKnown || entries.get('Type') !== 'ethernet') return undefined;
  const named = entries.get('DeviceName') ?? /^service_(.+)$/.exec(section)?.[1] ?? '';
  const isInterface = INTERFACE.test(named);
  const mac = entries.get('MAC');
  const name = mac ?? (isInterface ? named : undefined);
  const ipv4 = readFamily(entries.get('IPv4'), 4);
  const ipv6 = readFamily(entries.get('IPv6'), 6);
  if (name === undefined || !ipv4 || !ipv6) return undefined;
  // A section is called what its author likes: where the card is said, that is not its interface.
  const isSaid = entries.has('DeviceName') || mac === undefined;
  const place: SettingItem = {
    ...(isInterface && isSaid ? { interface: named } : {}),
    ...(mac === undefined ? {} : { mac }),
  };
  const lists = {
    addresses: [...ipv4.addresses, ...ipv6.addresses],
    gateways: [...ipv4.gateways, ...ipv6.gateways],
    nameservers: listOf(entries.get('Nameservers')),
    search_domains: listOf(entries.get('SearchDomains')),
  };
  const filled = Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
  return { key: 'network', name, value: { ...place, ...filled, ...ipv4.method, ...ipv6.method } };
}

interface Family {
  addresses: readonly string[];
  gateways: readonly string[];
  method: SettingItem;
}

const NONE = { addresses: [], gateways: [], method: {} } as const;

function readFamily(text: string | undefined, family: 4 | 6): Family | undefined {
  if (text === undefined || text === (family === 4 ? 'dhcp' : 'auto')) return NONE;
  if (text === 'off') return { ...NONE, method: { [`ipv${family}`]: 'disabled' } };
  const [address = '', mask = '', gateway, ...more] = text.split('/');
  // Of IPv4, connman also reads a mask such as 255.255.255.0.
  const length = family === 4 && familyOf(mask) === 4 ? lengthOfMask(mask) : mask;
  const isRight = parsePrefix(`${address}/${length}`)?.family === family && more.length === 0;
  if (!isRight || (gateway && familyOf(gateway) !== family)) return undefined;
  return { addresses: [`${address}/${length}`], gateways: gateway ? [gateway] : [], method: {} };
}

function listOf(text = ''): string[] {
  return text.split(/[,;\s]+/).filter((each) => each !== '');
}
