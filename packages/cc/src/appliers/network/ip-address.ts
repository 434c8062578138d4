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

/** Whether an address of IPv4 lies in the network of another one. */
export function isInNetwork(address: string, { address: own, length }: Prefix): boolean {
  const mask = maskOf(length);
  return (numberOf(address) & mask) === (numberOf(own) & mask);
}

/** A length of IPv4 as a mask: `255.255.255.0` for 24. */
export function formatMask(length: number): string {
  const mask = maskOf(length);
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255).join('.');
}

function maskOf(length: number): number {
  return length === 0 ? 0 : -1 << (32 - length);
}

function numberOf(address: string): number {
  return address.split('.').reduce((number, part) => (number << 8) | Number(part), 0);
}
