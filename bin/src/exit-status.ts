/** The exit statuses of the program, which docs/cli.md documents. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  failedSteps: 4,
  refused: 5,
  /** Only `plan`: something would change. */
  changes: 10,
  /** Ctrl-C, or the input ended at a question. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];
