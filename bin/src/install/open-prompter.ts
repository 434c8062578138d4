import { readFileSync } from 'node:fs';
import { ANSWER_NAMES } from '@haos/install/internal';
import { answersFrom, type Prompter, plainTerminal, richTerminal } from '@haos/questions';
import type { Context, Invocation } from '../command.js';
import { didYouMean } from '../did-you-mean.js';
import { usageError } from '../failure.js';

/** Returns the prompter for the file of --answers, else for the person at the terminal. */
export async function openPrompter(invocation: Invocation<'answers'>, context: Context): Promise<Prompter> {
  const file = invocation.text('answers');
  if (file !== undefined) return answersFrom(await readAnswers(file, context));
  const { input, output, isRich } = await context.terminal();
  return isRich ? richTerminal({ input, output }) : plainTerminal({ input, output });
}

/** Reads all scalars as text, because a token of digits must keep its zeros. */
async function readAnswers(file: string, context: Context): Promise<object> {
  const { FAILSAFE_SCHEMA, load } = await import('js-yaml');
  let answers: unknown;
  try {
    const text = file === '-' ? Buffer.from(context.input()).toString() : readFileSync(file, 'utf8');
    answers = load(text, { schema: FAILSAFE_SCHEMA });
  } catch (error) {
    // Only the first line: the rest may quote the file, which contains secrets.
    const [reason] = (error as Error).message.split(/\n|, open/, 1);
    throw usageError(`cannot read the answers in ${JSON.stringify(file)}: ${reason}`);
  }
  if (typeof answers !== 'object' || answers === null || Array.isArray(answers))
    throw usageError(`${JSON.stringify(file)} must be a map of question names to answers`);
  const names: readonly string[] = ANSWER_NAMES;
  const unknown = Object.keys(answers).find((name) => !names.includes(name));
  if (unknown === undefined) return answers;
  throw usageError(
    `no question has the name ${JSON.stringify(unknown)}; the names are ${names.join(', ')}`,
    didYouMean(unknown, names),
  );
}
