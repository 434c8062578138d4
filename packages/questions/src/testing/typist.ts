import { PassThrough } from 'node:stream';
import type { Streams } from '../streams.js';

/** Simulates a typing person in tests: streams, and the text that appeared on the screen. */
export interface Typist {
  streams: Streams;
  /** Types keys as soon as a text has appeared that no earlier call waited for. */
  type(when: string, keys: string): Promise<void>;
  /** Ends the input as soon as a text has appeared. */
  leave(when: string): Promise<void>;
  screen(): string;
  /** Whether the terminal is in raw mode; false without a terminal. */
  isRaw(): boolean;
}

/**
 * Returns a typist; with `isTerminal` its input is a terminal. It does not echo, because the kernel
 * does that.
 */
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
