import type { Streams } from './streams.js';

/** The sequences that keys such as the arrows send. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal sends these
const KEY_SEQUENCE = /\u001b(\[[0-9;]*[A-Za-z~]|O[A-Z])?/g;
/** A terminal in raw mode sends these for Ctrl-C, Ctrl-D, Ctrl-U, and its two erase keys. */
const KEYS = { interrupt: '\u0003', end: '\u0004', kill: '\u0015', erase: ['\u007f', '\b'] };

/**
 * Reads lines, shown or hidden, from a stream. Keeps input that arrives early for the next
 * question.
 */
export class LineInput {
  private pending: string[] = [];
  private hasEnded = false;
  private isAfterReturn = false;
  private wake: (() => void) | undefined;
  private readonly decoder = new TextDecoder();
  private readonly listeners: readonly (readonly [string, (chunk: Buffer) => void])[];

  constructor(private readonly input: Streams['input']) {
    const end = () => {
      this.hasEnded = true;
      this.wake?.();
    };
    const add = (chunk: Buffer | string) => {
      const text = typeof chunk === 'string' ? chunk : this.decoder.decode(chunk, { stream: true });
      for (const character of text.replace(KEY_SEQUENCE, '')) this.pending.push(character);
      this.wake?.();
    };
    this.listeners = [
      ['data', add],
      ['end', end],
      ['close', end],
      // The other end of the terminal is closed.
      ['error', end],
    ];
    // A listener for data starts the stream, unless it is paused.
    input.pause();
    for (const [event, listener] of this.listeners) input.on(event, listener);
    this.hasEnded = input.readableEnded || input.destroyed;
  }

  close(): void {
    this.input.pause();
    for (const [event, listener] of this.listeners) this.input.off(event, listener);
  }

  /** Returns the next line without its line break; undefined at the end of the input. */
  async line(): Promise<string | undefined> {
    let line = '';
    for (;;) {
      const character = await this.next();
      if (character === undefined) return line === '' ? undefined : line;
      if (character === '\n' || character === '\r') return line;
      line += character;
    }
  }

  /**
   * Returns the next line of a terminal in raw mode; `show` writes in place of what is typed.
   * Returns undefined after an interruption or at the end of the input.
   */
  async unseenLine(show: (text: string) => void): Promise<string | undefined> {
    const typed: string[] = [];
    const erase = (count: number) => show('\b \b'.repeat(typed.splice(typed.length - count, count).length));
    for (;;) {
      const character = await this.next();
      if (character === undefined || character === KEYS.interrupt) return undefined;
      if (character === '\n' || character === '\r') {
        this.leaveReturn();
        return typed.join('');
      }
      if (character === KEYS.end && typed.length === 0) return undefined;
      if (KEYS.erase.includes(character)) erase(Math.min(1, typed.length));
      else if (character === KEYS.kill) erase(typed.length);
      else if (character >= ' ') {
        typed.push(character);
        show('*');
      }
    }
  }

  /**
   * In raw mode, Enter sends a carriage return. A line feed that arrives later is another Enter,
   * which the terminal translated after it left raw mode, and answers the next question. A line
   * feed that is already pending belongs to this carriage return.
   */
  private leaveReturn(): void {
    if (this.isAfterReturn && this.pending[0] === '\n') this.pending.shift();
    this.isAfterReturn = false;
  }

  /** Returns the next character; a line feed right after a carriage return is part of it. */
  private async next(): Promise<string | undefined> {
    for (;;) {
      const character = this.pending.shift() ?? (await this.wait());
      const isSecondHalf = this.isAfterReturn && character === '\n';
      this.isAfterReturn = character === '\r';
      if (!isSecondHalf) return character;
    }
  }

  private async wait(): Promise<string | undefined> {
    while (this.pending.length === 0 && !this.hasEnded) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        this.input.resume();
      });
      this.wake = undefined;
      this.input.pause();
    }
    return this.pending.shift();
  }
}
