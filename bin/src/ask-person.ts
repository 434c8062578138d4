import { plainTerminal, type Respondent } from '@haos/questions';

/** Whoever sits at the terminal; undefined where nobody does. Has to be closed. */
export function personAtTerminal(): Respondent | undefined {
  return process.stdin.isTTY ? plainTerminal({ input: process.stdin, output: process.stderr }) : undefined;
}
