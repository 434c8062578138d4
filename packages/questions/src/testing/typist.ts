import { PassThrough } from 'node:stream';
import type { Streams } from '../streams.js';

/** What stands where a person types in tests: streams, and what appeared on the screen. */
export interface Typist {
  streams: Streams;
  /** Types something as soon as a text has appeared that was not waited for yet. */
  type(when: string, keys: string): Promise<void>;
  /** The input ends as soon as a text has appeared. */
  leave(when: string): Promise<void>;
  screen(): string;
  /** Whether the terminal hands on every key, unseen; false where there is no terminal. */
  isRaw(): boolean;
}

/** With `isTerminal` the input has what a terminal has. Nothing is echoed, for that is what the kernel does. */
export function createTypist({ isTerminal = false } = {}): Typist {
  const input: Streams['input'] = new PassThrough();
  const output = new PassThrough();
  let isRaw = false;
  let screen = '';
  let seen = 0;
  if (isTerminal) {
    input.isTTY = true;
    input.setRawMode = (on: boolean) => {
      isRaw = on;
    };
  }
  output.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
  });
  const appeared = async (text: string): Promise<void> => {
    for (;;) {
      const at = screen.indexOf(text, seen);
      if (at >= 0) {
        seen = at + text.length;
        return;
      }
      await new Promise((resolve) => output.once('data', resolve));
    }
  };
  return {
    streams: { input, output },
    type: async (when, keys) => {
      await appeared(when);
      (input as PassThrough).write(keys);
    },
    leave: async (when) => {
      await appeared(when);
      (input as PassThrough).end();
    },
    screen: () => screen,
    isRaw: () => isRaw,
  };
}
