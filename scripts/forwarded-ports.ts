import type { JsonChannel } from './json-channel.js';

/** Which port of 127.0.0.1 leads to which port of the guest. */
export type ForwardedPorts = ReadonlyMap<number, number>;

/**
 * Asks the monitor of QEMU which ports it forwards. QEMU chose them itself, for `hostfwd=tcp:127.0.0.1:0-:PORT`: a port that another
 * program finds free may be taken when QEMU starts.
 */
export async function readForwardedPorts(monitor: JsonChannel): Promise<ForwardedPorts> {
  await monitor.execute('qmp_capabilities');
  const text = await monitor.execute('human-monitor-command', { 'command-line': 'info usernet' });
  return parseForwardedPorts(String(text));
}

/** Lines such as `  TCP[HOST_FORWARD]  11       127.0.0.1 40123       10.0.2.15    22     0     0`: guest port to host port. */
export function parseForwardedPorts(text: string): ForwardedPorts {
  const lines = text.matchAll(/TCP\[HOST_FORWARD\]\s+\d+\s+\S+\s+(\d+)\s+\S+\s+(\d+)/g);
  return new Map([...lines].map(([, host, guest]) => [Number(guest), Number(host)]));
}
