import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** A way to the API server that a test can cut. */
export interface Gate {
  /** The URL of the API server, through the gate. */
  readonly url: string;
  /** Breaks all connections, and every new one. */
  close(): void;
  /** Lets new connections pass. */
  open(): void;
  /** Passes everything on this many milliseconds later. */
  delay(milliseconds: number): void;
  /** Passes on nothing more over the present connections, without closing them. */
  freeze(): void;
  /** Does that, and accepts new connections, but passes nothing on. */
  hang(): void;
  stop(): Promise<void>;
}

/** Opens a gate to an https URL. */
export async function openGate(url: string): Promise<Gate> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isOpen = true;
  let hangs = false;
  let late = 0;
  const server = createServer((near) => {
    if (!isOpen) return near.destroy();
    if (hangs) return sockets.add(near.pause().on('error', () => {}));
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
      socket.pipe(delayBy(() => late)).pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  const freeze = () => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  return {
    url: `https://127.0.0.1:${(server.address() as { port: number }).port}`,
    close,
    open() {
      isOpen = true;
    },
    delay(milliseconds) {
      late = milliseconds;
    },
    freeze,
    hang() {
      hangs = true;
      freeze();
    },
    async stop() {
      close();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Returns a stream that passes each chunk on after a pause. */
function delayBy(milliseconds: () => number): Transform {
  return new Transform({
    async transform(chunk, _, done) {
      if (milliseconds() > 0) await pause(milliseconds());
      done(null, chunk);
    },
  });
}
