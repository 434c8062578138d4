import type { JsonChannel } from './json-channel.js';

/** Maps ports of 127.0.0.1 to ports of the guest. */
export type ForwardedPorts = ReadonlyMap<number, number>;

/**
 * Asks QEMU's monitor which ports it forwards. QEMU chose them itself, for
 * `hostfwd=tcp:127.0.0.1:0-:PORT`: a port that looks free to another program may be taken when QEMU
 * starts.
 */
export async function readForwardedPorts(monitor: JsonChannel): Promise<ForwardedPorts> {
  await monitor.execute('qmp_capabilities');
  const text = await monitor.execute('human-monitor-command', { 'command-line': 'info usernet' });
  return parseForwardedPorts(String(text));
}

/**
 * Parses lines such as `  TCP[HOST_FORWARD]  11  127.0.0.1 40123  10.0.2.15  22  0  0` to guest
 * port and host port.
 */
export function parseForwardedPorts(text: string): ForwardedPorts {
  const lines = text.matchAll(/TCP\[HOST_FORWARD\]\s+\d+\s+\S+\s+(\d+)\s+\S+\s+(\d+)/g);
  return new Map([...lines].map(([, host, guest]) => [Number(guest), Number(host)]));
}
