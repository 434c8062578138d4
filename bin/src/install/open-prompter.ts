import { readFileSync } from 'node:fs';
import { ANSWER_NAMES } from '@haos/install/internal';
import { answersFrom, type Prompter, plainTerminal, richTerminal } from '@haos/questions';
import type { Context, Invocation } from '../command.js';
import { didYouMean } from '../did-you-mean.js';
import { usageError } from '../failure.js';

/** Who answers: the file of --answers, else the person at the terminal. */
export async function openPrompter(invocation: Invocation<'answers'>, context: Context): Promise<Prompter> {
  const file = invocation.text('answers');
  if (file !== undefined) return answersFrom(await readAnswers(file, context));
  const { input, output, isRich } = await context.terminal();
  return isRich ? richTerminal({ input, output }) : plainTerminal({ input, output });
}

/** All scalars are texts: a token of digits is none that may lose its zeros. */
async function readAnswers(file: string, context: Context): Promise<object> {
  const { FAILSAFE_SCHEMA, load } = await import('js-yaml');
  let answers: unknown;
  try {
    const text = file === '-' ? Buffer.from(context.input()).toString() : readFileSync(file, 'utf8');
    answers = load(text, { schema: FAILSAFE_SCHEMA });
  } catch (error) {
    // Only the first line: what follows may be an excerpt of the file, which holds secrets.
    const [reason] = (error as Error).message.split(/\n|, open/, 1);
    throw usageError(`cannot read the answers in ${JSON.stringify(file)}: ${reason}`);
  }
  if (typeof answers !== 'object' || answers === null || Array.isArray(answers))
    throw usageError(`the answers in ${JSON.stringify(file)} are no map of names to answers`);
  const names: readonly string[] = ANSWER_NAMES;
  const unknown = Object.keys(answers).find((name) => !names.includes(name));
  if (unknown === undefined) return answers;
  throw usageError(
    `nothing asks for the answer ${JSON.stringify(unknown)}; there are ${names.join(', ')}`,
    didYouMean(unknown, names),
  );
}
