import type { Network } from '../../generated/types.js';
import { type Finding, invalid, isNot, missing } from '../../rules/rule.js';

/** A name that is safe as an argument and in a pattern, which connman takes. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;
export const MAC = /^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}$/;

const MODES = [
  'active-backup',
  '802.3ad',
  'balance-rr',
  'balance-xor',
  'balance-tlb',
  'balance-alb',
  'broadcast',
];

/**
 * Options that ip-link(8) takes for a bond, with their values
 * (Documentation/networking/bonding.rst of the kernel).
 */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  miimon: /^\d{1,6}$/,
  updelay: /^\d{1,6}$/,
  downdelay: /^\d{1,6}$/,
  min_links: /^\d{1,3}$/,
  lacp_rate: /^(?:slow|fast)$/,
  ad_select: /^(?:stable|bandwidth|count)$/,
  xmit_hash_policy: /^(?:layer2|layer2\+3|layer3\+4|encap2\+3|encap3\+4|vlan\+srcmac)$/,
  fail_over_mac: /^(?:none|active|follow)$/,
  primary_reselect: /^(?:always|better|failure)$/,
};

/** Whether an item makes an interface. */
export function isLink({ vlan, bond }: Network): boolean {
  return Boolean(vlan) || portsOf(bond).length > 0;
}

/** The cards of a bond. */
export function portsOf(bond: readonly string[] | undefined): string[] {
  return (bond ?? [])
    .filter((port) => port !== '')
    .map((port) => (MAC.test(port) ? port.toLowerCase() : port));
}

/** The options of a bond as pairs of name and value. */
export function bondOptionsOf(options: readonly string[] | undefined): [string, string][] {
  return (options ?? [])
    .filter((option) => option !== '')
    .map((option) => {
      const at = option.indexOf('=');
      return [option.slice(0, Math.max(0, at)), option.slice(at + 1)];
    });
}

/** What is wrong with the VLAN or the bond that an item makes. */
export function checkLink(item: Network, pointer: string): Finding[] {
  const isBond = portsOf(item.bond).length > 0;
  return [
    ...(isLink(item) ? checkName(item, pointer) : []),
    ...checkVlan(item, pointer),
    ...(isBond ? checkBond(item, pointer) : checkNoBond(item, pointer)),
  ];
}

function checkName({ interface: name, mac, vlan, bond }: Network, pointer: string): Finding[] {
  if (vlan && portsOf(bond).length > 0)
    return invalid(
      pointer,
      'an item is either a VLAN or a bond',
      'Make two items; a bond can be the parent.',
    );
  if (!name)
    return missing(
      pointer,
      'a VLAN or a bond needs a name',
      'Add `interface: NAME`, such as eth0.100 or bond0.',
    );
  if (mac)
    return invalid(
      `${pointer}/mac`,
      'a VLAN or a bond is not a card',
      'Name its cards in `parent` or `bond`.',
    );
  if (NAME.test(name)) return [];
  return invalid(
    `${pointer}/interface`,
    `${JSON.stringify(name)} cannot name a new interface`,
    'Use 15 letters, digits, dots, dashes and underscores at most.',
  );
}

function checkVlan({ interface: name, vlan, parent }: Network, pointer: string): Finding[] {
  if (!vlan && !parent) return [];
  if (!vlan) return invalid(`${pointer}/parent`, 'only a VLAN has a parent', 'Add `vlan` with its number.');
  if (!/^[1-9]\d{0,3}$/.test(vlan) || Number(vlan) > 4094)
    return isNot(`${pointer}/vlan`, vlan, 'a VLAN', 'Write 1 to 4094.');
  if (!parent) return missing(pointer, 'a VLAN needs the interface that carries it', 'Add `parent: eth0`.');
  if (isCard(parent) && parent !== name) return [];
  return invalid(
    `${pointer}/parent`,
    `${JSON.stringify(parent)} cannot carry this VLAN`,
    'Write another interface, or the address of a card in quotes.',
  );
}

function isCard(text: string): boolean {
  return NAME.test(text) || MAC.test(text);
}

function checkBond({ interface: name, bond, bondMode, bondOptions }: Network, pointer: string): Finding[] {
  const ports = portsOf(bond);
  const wrong = ports.find((port) => !isCard(port) || port === name);
  const twice = ports.find((port, index) => ports.indexOf(port) !== index);
  const findings: Finding[] = [];
  if (wrong !== undefined)
    findings.push(
      ...invalid(
        `${pointer}/bond`,
        `${JSON.stringify(wrong)} cannot be a card of this bond`,
        'Write cards by name, or by address in quotes.',
      ),
    );
  else if (twice !== undefined)
    findings.push(...invalid(`${pointer}/bond`, `${twice} is named twice`, 'Name each card once.'));
  if (bondMode && !MODES.includes(bondMode))
    findings.push(
      ...invalid(
        `${pointer}/bondMode`,
        `${JSON.stringify(bondMode)} is not a mode`,
        `Write ${MODES.slice(0, -1).join(', ')} or ${MODES.at(-1)}.`,
      ),
    );
  return [...findings, ...checkOptions(bondOptions, `${pointer}/bondOptions`)];
}

function checkOptions(options: readonly string[] | undefined, pointer: string): Finding[] {
  const pairs = bondOptionsOf(options);
  const wrong = pairs.find(([name, value]) => !Object.hasOwn(OPTIONS, name) || !OPTIONS[name]!.test(value));
  if (wrong !== undefined)
    return invalid(
      pointer,
      `${JSON.stringify(wrong.join('='))} is not an option of a bond with a value that it takes`,
      `Write NAME=VALUE, where NAME is ${Object.keys(OPTIONS).slice(0, -1).join(', ')} or ${Object.keys(OPTIONS).at(-1)}.`,
    );
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? [] : invalid(pointer, `${twice} is given twice`, 'Keep one.');
}

function checkNoBond({ bondMode, bondOptions }: Network, pointer: string): Finding[] {
  const name = bondMode ? 'bondMode' : bondOptionsOf(bondOptions).length > 0 ? 'bondOptions' : undefined;
  if (name === undefined) return [];
  return invalid(`${pointer}/${name}`, 'only a bond has this', 'Add `bond` with its cards.');
}

/** A card belongs to one bond at most, and then has no settings of its own. */
export function checkPorts(networks: readonly Network[], index: number): Finding[] {
  const { interface: name, mac, bond } = networks[index]!;
  const bondOf = (card: string) =>
    networks.findIndex((other, at) => at !== index && portsOf(other.bond).includes(card));
  const pointer = `/haos/network/${index}`;
  const card = mac ? mac.toLowerCase() : name;
  const owner = card ? bondOf(card) : -1;
  if (owner !== -1)
    return invalid(
      mac ? `${pointer}/mac` : `${pointer}/interface`,
      `${mac || name} is a card of the bond in haos.network[${owner}]`,
      'Remove this item: the bond has the addresses.',
    );
  const shared = portsOf(bond).find((port) => bondOf(port) !== -1 && bondOf(port) < index);
  if (shared === undefined) return [];
  return invalid(`${pointer}/bond`, `${shared} is in another bond already`, 'Name each card once.');
}
