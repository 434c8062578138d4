import { isHaosError } from './errors.js';
import type { Host } from './types.js';

/** An address by which others reach this machine. */
export interface InterfaceAddress {
  /** Such as `eth0`. */
  interface: string;
  /** IPv4 or IPv6, without its prefix length. */
  address: string;
}

/** Lists an interface and an address per line, without those of pods; the console's banner asks it, too. */
const PROGRAM = '/usr/lib/haos/addresses';

/** Milliseconds; what is slow is to start a program on a busy machine. */
const TIMEOUT = 20_000;

/** The global addresses of the running machine, without those that Kubernetes made; none where it cannot be asked. */
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

/** Reads lines such as `eth0 10.0.2.15`. */
export function parseAddresses(text: string): InterfaceAddress[] {
  return text.split('\n').flatMap((line) => {
    const [name, address] = line.trim().split(/\s+/);
    return name && address ? [{ interface: name, address }] : [];
  });
}
