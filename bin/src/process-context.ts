import type { Context } from './command.js';
import { isInstalled } from './is-installed.js';
import { readInput } from './read-input.js';
import { hasColor } from './terminal.js';
import { writeAll } from './write-all.js';

declare const HAOS_VERSION: string;

const FD = { in: 0, out: 1, err: 2 } as const;

/** Returns the context of this process. */
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
      // Writes are synchronous, so a signal arrives only between them. The journal still says that
      // the phase has not ended.
      let isEnding = false;
      for (const [signal, status] of [
        ['SIGINT', 130],
        ['SIGTERM', 143],
        // The connection over which the command was started was closed.
        ['SIGHUP', 129],
      ] as const)
        process.on(signal, () => {
          // A second Ctrl-C must not interrupt the clean-up.
          if (isEnding) return;
          isEnding = true;
          void stop().finally(() => process.exit(status));
        });
    },
  };
}

/**
 * Returns a function that writes to a file descriptor. After the reader has closed its end, text is
 * discarded and the command continues.
 */
function writerTo(fd: number): (text: string) => void {
  let isOpen = true;
  return (text) => {
    if (isOpen) isOpen = writeAll(fd, text);
  };
}
