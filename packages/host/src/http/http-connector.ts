import type { buildConnector } from 'undici';

export interface ConnectorOptions {
  /** The interface of a link-local address. */
  zone: string | undefined;
  localPorts: readonly [first: number, last: number] | undefined;
  /** Milliseconds. */
  timeout: number;
}

/** errno(3) names for a local port that is in use, or was a moment ago for the same address. */
const TAKEN = ['EADDRINUSE', 'EADDRNOTAVAIL'];

/** Returns a connector that uses an interface, and the first free local port of a range. */
export function createConnector(
  build: typeof buildConnector,
  { zone, localPorts, timeout }: ConnectorOptions,
): buildConnector.connector {
  return (options, callback) => {
    const hostname = zone === undefined ? options.hostname : `${options.hostname}%${zone}`;
    const [first, last] = localPorts ?? [undefined, 0];
    const connectFrom = (localPort: number | undefined): void => {
      const connect = build({ timeout, ...(localPort !== undefined && { localPort }) });
      connect({ ...options, hostname }, (...result) => {
        const code = String((result[0] as NodeJS.ErrnoException | null)?.code);
        if (localPort !== undefined && localPort < last && TAKEN.includes(code)) connectFrom(localPort + 1);
        else if (localPort !== undefined && code === 'EACCES') connectFrom(undefined);
        else callback(...result);
      });
    };
    connectFrom(first);
  };
}
