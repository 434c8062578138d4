/** An address with the length of its prefix, such as `10.1.0.11/24`. */
export interface Prefix {
  family: 4 | 6;
  address: string;
  length: number;
}

/** Whether a text is an address of IPv4, or of IPv6 without an interface. */
export function familyOf(text: string): 4 | 6 | undefined {
  if (/^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(text))
    return text.split('.').every((part) => Number(part) <= 255) ? 4 : undefined;
  return /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(text) && URL.canParse(`http://[${text}]/`) ? 6 : undefined;
}

/** Undefined for anything but ADDRESS/LENGTH, with a length from 1 to that of the address. */
export function parsePrefix(text: string): Prefix | undefined {
  const [, address = '', digits = ''] = /^([^/]+)\/([1-9]\d{0,2})$/.exec(text) ?? [];
  const family = familyOf(address);
  const length = Number(digits);
  if (family === undefined || length > (family === 4 ? 32 : 128)) return undefined;
  return { family, address, length };
}

/** Whether an address lies in the network of another one of the same family. */
export function isInNetwork(address: string, { family, address: own, length }: Prefix): boolean {
  const hostBits = BigInt((family === 4 ? 32 : 128) - length);
  return numberOf(address) >> hostBits === numberOf(own) >> hostBits;
}

/** Whether a prefix is a network itself: the bits after its length are zero. */
export function isNetwork({ family, address, length }: Prefix): boolean {
  return BigInt.asUintN((family === 4 ? 32 : 128) - length, numberOf(address)) === 0n;
}

/** A length of IPv4 as a mask: `255.255.255.0` for 24. */
export function formatMask(length: number): string {
  const mask = length === 0 ? 0 : -1 << (32 - length);
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255).join('.');
}

/**
 * The length of a mask, such as 24 for `255.255.255.0` or 64 for `ffff:ffff:ffff:ffff::`; undefined
 * where its bits are not one row of ones.
 */
export function lengthOfMask(mask: string): number | undefined {
  const family = familyOf(mask);
  if (family === undefined) return undefined;
  const bits = numberOf(mask)
    .toString(2)
    .padStart(family === 4 ? 32 : 128, '0');
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined;
}

function numberOf(address: string): bigint {
  if (!address.includes(':'))
    return address.split('.').reduce((number, part) => (number << 8n) | BigInt(part), 0n);
  // The URL parser writes the last 32 bits in hexadecimal, too.
  const text = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = [], tail = []] = text
    .split('::')
    .map((part) => part.split(':').filter((each) => each !== ''));
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...tail].reduce((number, part) => (number << 16n) | BigInt(`0x${part}`), 0n);
}
