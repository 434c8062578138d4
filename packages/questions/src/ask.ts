import { HaosError } from '@haos/host';
import type { QuestionErrorCode } from './errors.js';
import type { Prompter } from './prompter.js';
import type { ChoiceQuestion, ConfirmQuestion, Question, SecretQuestion, TextQuestion } from './question.js';

/**
 * Asks for a text and trims it. Asks a person again until the answer is valid. Throws
 * HAOS_QUESTIONS_ENDED if there are no more answers; with a file of answers also
 * HAOS_QUESTIONS_UNANSWERED and HAOS_QUESTIONS_ANSWER.
 */
export async function ask(prompter: Prompter, question: TextQuestion): Promise<string> {
  let draft: string | undefined;
  for (;;) {
    const given = (await prompter.text({ ...question, ...(draft && { draft }) })).trim();
    const answer = given === '' ? (question.default ?? '') : given;
    const problem = await findProblem(question, answer);
    if (problem === undefined) return answer;
    refuse(prompter, question, problem);
    draft = answer;
  }
}

/**
 * Asks a person twice for a secret, and again if the two answers differ; reads it once from a file
 * of answers. Does not trim it. Fails like `ask`.
 */
export async function askSecret(prompter: Prompter, question: SecretQuestion): Promise<string> {
  for (;;) {
    const answer = await prompter.secret(question);
    const problem = await findProblem(question, answer);
    if (problem !== undefined) refuse(prompter, question, problem);
    else if (answer === '' || !prompter.isPerson) return answer;
    else {
      const { name, message } = question;
      const again = await prompter.secret({ name, message: `${message}, again` });
      if (again === answer) return answer;
      refuse(prompter, question, 'the two answers differ');
    }
  }
}

/** Asks for yes or no. Fails like `ask`. */
export function confirm(prompter: Prompter, question: ConfirmQuestion): Promise<boolean> {
  return prompter.confirm(question);
}

/** Asks for one of several choices. Fails like `ask`. */
export async function choose<Value extends string>(
  prompter: Prompter,
  question: ChoiceQuestion<Value>,
): Promise<Value> {
  return (await prompter.choose(question)) as Value;
}

async function findProblem(
  { optional, validate }: TextQuestion | SecretQuestion,
  answer: string,
): Promise<string | undefined> {
  if (answer === '') return optional ? undefined : 'it must not be empty';
  return validate?.(answer);
}

function refuse(prompter: Prompter, { name }: Question, problem: string): void {
  if (prompter.isPerson) prompter.tell(problem);
  else throw answerError(name, problem);
}

/** Returns the error for an invalid answer in a file. */
export function answerError(name: string, problem: string): HaosError<QuestionErrorCode> {
  return new HaosError('HAOS_QUESTIONS_ANSWER', `the answer to ${name} is invalid: ${problem}`, {
    hint: 'Correct it in the answers.',
    details: { name },
  });
}

/** Returns the error for an interruption or the end of the input. */
export function endedError({ message }: Question): HaosError<QuestionErrorCode> {
  return new HaosError('HAOS_QUESTIONS_ENDED', `the input ended at the question: ${message}`);
}
