import { once } from 'node:events';

/** This terminal as the console of a machine. */
export class ConsoleTerminal {
  /** When something last appeared, as of performance.now(). */
  private changed = performance.now();

  /** `type` gets the keys that are pressed. */
  constructor(type: (keys: Buffer) => void) {
    process.stdin.setRawMode(true);
    process.stdin.on('data', type);
  }

  /** What the machine prints. */
  show(chunk: Buffer): void {
    this.changed = performance.now();
    process.stdout.write(chunk);
  }

  /** A line of our own in the middle of that. */
  print(line: string): void {
    process.stdout.write(`\r\n${line}\r\n`);
  }

  /** Resolves when a key is pressed from now on. */
  async touched(): Promise<'touched'> {
    await once(process.stdin, 'data');
    return 'touched';
  }

  /** Calls `late` once when nothing has appeared for `seconds`. Returns what ends the watch. */
  watchSilence(seconds: number, late: () => void): () => void {
    const timer = setInterval(() => {
      if (performance.now() - this.changed < seconds * 1000) return;
      clearInterval(timer);
      late();
    }, 1000);
    return () => clearInterval(timer);
  }

  /** Gives the terminal back. */
  close(): void {
    process.stdin.setRawMode(false);
    process.stdin.removeAllListeners('data').pause();
  }
}
