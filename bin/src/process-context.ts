import { fstatSync, readFileSync } from 'node:fs';
import { layout } from '@haos/system';
import type { Context } from './command.js';
import { readInput } from './read-input.js';
import { showsColor } from './terminal.js';
import { writeAll } from './write-all.js';

declare const HAOS_VERSION: string;

const FD = { in: 0, out: 1, err: 2 } as const;

/** The process this runs in. */
export function processContext(): Context {
  return {
    env: process.env,
    version: HAOS_VERSION,
    out: writerTo(FD.out),
    err: writerTo(FD.err),
    input: () => readInput(FD.in),
    isRoot: () => process.getuid?.() === 0,
    isInstalled,
    terminal: async () => ({
      input: process.stdin,
      output: process.stderr,
      isRich: (await hasColor(FD.in)) && (await hasColor(FD.err)),
    }),
    columns: () => (process.stdout.isTTY ? (process.stdout.columns ?? 0) : undefined),
    hasColor: (output) => hasColor(FD[output]),
    onInterrupt(stop = async () => undefined) {
      // Writes are synchronous, so a signal is only seen between them. The journal keeps saying that the phase did not end.
      let isEnding = false;
      for (const [signal, status] of [
        ['SIGINT', 130],
        ['SIGTERM', 143],
        // The connection that it was started over is gone.
        ['SIGHUP', 129],
      ] as const)
        process.on(signal, () => {
          // Whoever presses Ctrl-C twice must not keep it from cleaning up.
          if (isEnding) return;
          isEnding = true;
          void stop().finally(() => process.exit(status));
        });
    },
  };
}

/** Once the reader has gone, what is written goes nowhere, and the command does the rest of its work. */
function writerTo(fd: number): (text: string) => void {
  let isOpen = true;
  return (text) => {
    if (isOpen) isOpen = writeAll(fd, text);
  };
}

/** By the mode that early boot wrote down; the Host would be too much to load for it. */
function isInstalled(): boolean {
  try {
    return ['disk', 'local'].includes(readFileSync(layout.mode, 'utf8').trim());
  } catch {
    return false; // no HAOS
  }
}

async function hasColor(fd: number): Promise<boolean> {
  try {
    const stat = fstatSync(fd);
    // Loading node:tty takes longer than all the rest; a pipe or a file is seen without it.
    if (!stat.isCharacterDevice()) return false;
    const { isatty } = await import('node:tty');
    return showsColor({
      isTerminal: isatty(fd),
      device: stat.rdev,
      platform: process.platform,
      env: process.env,
    });
  } catch {
    return false; // closed
  }
}
