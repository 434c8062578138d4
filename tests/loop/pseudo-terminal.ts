import { spawn } from 'node:child_process';
import { TextLine } from '../vm/text-line.js';

/** A program on its own terminal, as a user sees it. */
export interface PseudoTerminal {
  /** Resolves when a text appears after the last match. */
  expect(pattern: RegExp): Promise<void>;
  type(keys: string): void;
  /** Resolves to the exit status of the program; fails unless the terminal is restored. */
  ended(): Promise<number>;
  screen(): string;
}

/** Much longer than any of these steps takes on a busy machine. */
const SECONDS = 100;

/** Starts a program on a new pseudo-terminal, which script(1) makes. */
export function openPseudoTerminal(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): PseudoTerminal {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  // A signal of the terminal also reaches the shell; with the trap it continues after the program
  // has ended.
  const line = `trap : INT; stty cols 100 rows 40; before=$(stty -g); ${quoted}; echo "ended-with-$?"; [ "$before" = "$(stty -g)" ] && echo as-it-was`;
  const child = spawn('script', ['--quiet', '--flush', '--command', line, '/dev/null'], {
    env: { ...env, SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const text = new TextLine('the terminal');
  child.stdout.on('data', (chunk: Buffer) => text.add(chunk));
  return {
    expect: async (pattern) => void (await text.expect(pattern, SECONDS)),
    type: (keys) => void child.stdin.write(keys),
    ended: async () => {
      const { match } = await text.expect(/ended-with-(\d+)\nas-it-was/, SECONDS);
      return Number(match[1]);
    },
    screen: () => text.text,
  };
}
