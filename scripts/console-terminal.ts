import { once } from 'node:events';

/** Uses this terminal as the console of a machine. */
export class ConsoleTerminal {
  /** The time of the last output, as of performance.now(). */
  private changed = performance.now();

  /** `type` receives the pressed keys. */
  constructor(type: (keys: Buffer) => void) {
    process.stdin.setRawMode(true);
    process.stdin.on('data', type);
  }

  /** Shows output of the machine. */
  show(chunk: Buffer): void {
    this.changed = performance.now();
    process.stdout.write(chunk);
  }

  /** Prints a line of this program within that output. */
  print(line: string): void {
    process.stdout.write(`\r\n${line}\r\n`);
  }

  /** Resolves when the next key is pressed. */
  async touched(): Promise<'touched'> {
    await once(process.stdin, 'data');
    return 'touched';
  }

  /**
   * Calls `late` once if nothing has appeared for `seconds`. Returns a function that ends the
   * watch.
   */
  watchSilence(seconds: number, late: () => void): () => void {
    const timer = setInterval(() => {
      if (performance.now() - this.changed < seconds * 1000) return;
      clearInterval(timer);
      late();
    }, 1000);
    return () => clearInterval(timer);
  }

  /** Restores the terminal. */
  close(): void {
    process.stdin.setRawMode(false);
    process.stdin.removeAllListeners('data').pause();
  }
}
