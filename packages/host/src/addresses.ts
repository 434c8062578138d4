import { isHaosError } from './errors.js';
import type { Host } from './types.js';

/** An address at which other machines reach this one. */
export interface InterfaceAddress {
  /** Such as `eth0`. */
  interface: string;
  /** IPv4 or IPv6, without its prefix length. */
  address: string;
}

/**
 * Prints one line per address, with its interface, but not the addresses of pods. The console
 * banner uses it too.
 */
const PROGRAM = '/usr/lib/haos/addresses';

/** Milliseconds. Starting a program on a busy machine is slow. */
const TIMEOUT = 20_000;

/**
 * Returns the global addresses of the running machine without those that Kubernetes created; an
 * empty list if the program fails.
 */
export async function readAddresses(host: Host): Promise<InterfaceAddress[]> {
  try {
    const { stdout } = await host.run(PROGRAM, [], { readOnly: true, timeout: TIMEOUT });
    return parseAddresses(stdout);
  } catch (error) {
    if (!isHaosError(error)) throw error;
    host.log('addresses', error.message);
    return [];
  }
}

/** Parses lines such as `eth0 10.0.2.15`. */
export function parseAddresses(text: string): InterfaceAddress[] {
  return text.split('\n').flatMap((line) => {
    const [name, address] = line.trim().split(/\s+/);
    return name && address ? [{ interface: name, address }] : [];
  });
}
