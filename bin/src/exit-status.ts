/** What the program's exit status says; documented in docs/cli.md. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  failedSteps: 4,
  refused: 5,
  /** Of `plan`: something would change. */
  changes: 10,
  /** By Ctrl-C, or by the end of the input at a question. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];
