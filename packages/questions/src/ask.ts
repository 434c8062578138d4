import { HaosError } from '@haos/host';
import type { QuestionErrorCode } from './errors.js';
import type { Prompter } from './prompter.js';
import type { ChoiceQuestion, ConfirmQuestion, Question, SecretQuestion, TextQuestion } from './question.js';

/**
 * Asks for a text, trimmed; a person is asked again until the answer is valid. HAOS_QUESTIONS_ENDED when there will be none;
 * for a file of answers HAOS_QUESTIONS_UNANSWERED and HAOS_QUESTIONS_ANSWER.
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

/** Asks a person twice for what nobody may see, again when the two differ; a file of answers once. Not trimmed. Fails like `ask`. */
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
      refuse(prompter, question, 'the two are not the same');
    }
  }
}

/** Asks for yes or no. Fails like `ask`. */
export function confirm(prompter: Prompter, question: ConfirmQuestion): Promise<boolean> {
  return prompter.confirm(question);
}

/** Asks for one of several. Fails like `ask`. */
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
  if (answer === '') return optional ? undefined : 'it cannot stay empty';
  return validate?.(answer);
}

function refuse(prompter: Prompter, { name }: Question, problem: string): void {
  if (prompter.isPerson) prompter.tell(problem);
  else throw answerError(name, problem);
}

/** An answer of a file that cannot be taken. */
export function answerError(name: string, problem: string): HaosError<QuestionErrorCode> {
  return new HaosError('HAOS_QUESTIONS_ANSWER', `the answer to ${name} cannot be taken: ${problem}`, {
    hint: 'Repair it in the answers.',
    details: { name },
  });
}

/** The person went away, or the input is at its end. */
export function endedError({ message }: Question): HaosError<QuestionErrorCode> {
  return new HaosError('HAOS_QUESTIONS_ENDED', `ended at the question: ${message}`);
}
