import type { Streams } from './streams.js';

/** What keys such as the arrows send. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal sends these
const KEY_SEQUENCE = /\u001b(\[[0-9;]*[A-Za-z~]|O[A-Z])?/g;
/** A terminal that hands on every key sends these for Ctrl-C, Ctrl-D, Ctrl-U, and its two erase keys. */
const KEYS = { interrupt: '\u0003', end: '\u0004', kill: '\u0015', erase: ['\u007f', '\b'] };

/** Reads lines, and what is typed unseen, from a stream. What comes before it is asked for is kept for the next question. */
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
      // A terminal whose other end is gone.
      ['error', end],
    ];
    // A listener for data makes a stream flow, unless somebody paused it.
    input.pause();
    for (const [event, listener] of this.listeners) input.on(event, listener);
    this.hasEnded = input.readableEnded || input.destroyed;
  }

  close(): void {
    this.input.pause();
    for (const [event, listener] of this.listeners) this.input.off(event, listener);
  }

  /** The next line without its end; undefined when there is none any more. */
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
   * The next line of a terminal that does not show what is typed; `show` writes in its place. Undefined when it was interrupted, or is
   * at its end.
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
   * A terminal that hands on every key sends a carriage return for Enter. The line feed that comes for the next Enter, when it shows
   * what is typed again, is none of its: that is the answer to another question. One that is there already came with it.
   */
  private leaveReturn(): void {
    if (this.isAfterReturn && this.pending[0] === '\n') this.pending.shift();
    this.isAfterReturn = false;
  }

  /** The next character; a line feed right behind a carriage return is part of that. */
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
