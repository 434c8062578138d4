import type { Setting, SettingItem } from './setting.js';
import type { WrittenFile } from './written-file.js';

const PATH = /^\/var\/lib\/connman\/[^/]+\.config$/;
const INTERFACE = /^(?:eth|en|ib)[a-z0-9]+$/;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const IPV6 = /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/;

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
  const ipv4 = readIpv4(entries.get('IPv4'));
  const ipv6 = readIpv6(entries.get('IPv6'));
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

function readIpv4(text: string | undefined): Family | undefined {
  if (text === undefined || text === 'dhcp') return NONE;
  if (text === 'off') return { ...NONE, method: { ipv4: 'disabled' } };
  const [address = '', mask = '', gateway, ...more] = text.split('/');
  const length = /^\d{1,2}$/.test(mask) ? Number(mask) : lengthOf(mask);
  const isRight = IPV4.test(address) && length !== undefined && length <= 32 && more.length === 0;
  if (!isRight || (gateway && !IPV4.test(gateway))) return undefined;
  return { addresses: [`${address}/${length}`], gateways: gateway ? [gateway] : [], method: {} };
}

/** Of a mask such as 255.255.255.0; undefined where its bits are not one row of ones. */
function lengthOf(mask: string): number | undefined {
  if (!IPV4.test(mask)) return undefined;
  const bits = mask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) && bits.length === 32 ? bits.replaceAll('0', '').length : undefined;
}

function readIpv6(text: string | undefined): Family | undefined {
  if (text === undefined || text === 'auto') return NONE;
  if (text === 'off') return { ...NONE, method: { ipv6: 'disabled' } };
  const [address = '', length = '', gateway, ...more] = text.split('/');
  const isRight =
    IPV6.test(address) && /^\d{1,3}$/.test(length) && Number(length) <= 128 && more.length === 0;
  if (!isRight || (gateway && !IPV6.test(gateway))) return undefined;
  return { addresses: [`${address}/${length}`], gateways: gateway ? [gateway] : [], method: {} };
}

function listOf(text = ''): string[] {
  return text.split(/[,;\s]+/).filter((each) => each !== '');
}
