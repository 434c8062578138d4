import { createServer, type Server, type Socket } from 'node:net';

/** The answer to a failed command. */
interface Refusal {
  desc: string;
}

interface Answer {
  id?: number;
  return?: unknown;
  error?: Refusal;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/**
 * A channel of QEMU that carries JSON objects: QMP, the protocol of its monitor, and that of its
 * guest agent. QEMU connects to the socket, so it must exist before QEMU starts.
 */
export class JsonChannel {
  private readonly waiting = new Map<number, Waiting>();
  private commands = 0;
  private socket?: Socket;
  private unsent = '';
  private closed = false;

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.connect(socket));
  }

  /** Listens on a socket of the file system. */
  static listen(path: string): Promise<JsonChannel> {
    const server = createServer();
    const channel = new JsonChannel(server);
    return new Promise((resolve, reject) => {
      server.on('error', reject);
      server.listen(path, () => resolve(channel));
    });
  }

  /**
   * Resolves to the return value of a command. Fails if the command is refused, gets no answer
   * within `seconds`, or the machine ends.
   */
  execute(command: string, args: Readonly<Record<string, unknown>> = {}, seconds = 30): Promise<unknown> {
    if (this.closed) return Promise.reject(new Error(`${command}: the machine ended`));
    this.commands += 1;
    const id = this.commands;
    this.send(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.take(id)?.reject(new Error(`${command}: no answer within ${seconds} s`)),
        seconds * 1000,
      );
      const done = <T>(settle: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(timer);
          settle(value);
        };
      };
      this.waiting.set(id, { resolve: done(resolve), reject: done(reject) });
    });
  }

  /** Stops listening; the end of QEMU closes the connection. */
  close(): void {
    this.closed = true;
    this.server.close();
    this.socket?.destroy();
    for (const id of [...this.waiting.keys()]) this.take(id)?.reject(new Error('the machine ended'));
  }

  private connect(socket: Socket): void {
    this.socket = socket;
    socket.on('error', () => {}); // the machine has ended, which `close` reports
    socket.on('close', () => this.close());
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.answer(JSON.parse(line) as Answer);
    });
    this.send('');
  }

  private send(text: string): void {
    this.unsent += text;
    if (this.socket === undefined) return;
    this.socket.write(this.unsent);
    this.unsent = '';
  }

  /** A message without a number is a greeting or an event. */
  private answer({ id, error, return: value }: Answer): void {
    const waiting = id === undefined ? undefined : this.take(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(error.desc));
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    return waiting;
  }
}
