import type { Command, Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { formatBash } from './bash.js';
import { formatFish } from './fish.js';
import { formatZsh } from './zsh.js';

const SHELLS: Readonly<Record<string, (program: Command) => string>> = {
  bash: formatBash,
  zsh: formatZsh,
  fish: formatFish,
};

/** `haos completion`: what a shell reads to complete calls of the program. */
export async function runCompletion(
  { operands }: Invocation,
  context: Context,
  program: Command,
): Promise<ExitStatus> {
  const [shell = '', ...more] = operands;
  const format = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (format === undefined || more.length > 0)
    throw usageError('name one shell', `Use one of ${Object.keys(SHELLS).join(', ')}.`);
  context.out(format(program));
  return EXIT.done;
}
