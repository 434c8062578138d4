import { HaosError } from '@haos/host';
import type { QuestionErrorCode } from './errors.js';
import type { ChoiceQuestion, ConfirmQuestion, Question, SecretQuestion, TextQuestion } from './question.js';
import type { Respondent } from './respondent.js';

/**
 * Asks for a text, trimmed; a person is asked again until the answer is valid. HAOS_QUESTIONS_ENDED when there will be none;
 * for a file of answers HAOS_QUESTIONS_UNANSWERED and HAOS_QUESTIONS_ANSWER.
 */
export async function ask(respondent: Respondent, question: TextQuestion): Promise<string> {
  let draft: string | undefined;
  for (;;) {
    const given = (await respondent.text({ ...question, ...(draft && { draft }) })).trim();
    const answer = given === '' ? (question.default ?? '') : given;
    const problem = await findProblem(question, answer);
    if (problem === undefined) return answer;
    refuse(respondent, question, problem);
    draft = answer;
  }
}

/** Asks a person twice for what nobody may see, again when the two differ; a file of answers once. Not trimmed. Fails like `ask`. */
export async function askSecret(respondent: Respondent, question: SecretQuestion): Promise<string> {
  for (;;) {
    const answer = await respondent.secret(question);
    const problem = await findProblem(question, answer);
    if (problem !== undefined) refuse(respondent, question, problem);
    else if (answer === '' || !respondent.isPerson) return answer;
    else {
      const { name, message } = question;
      const again = await respondent.secret({ name, message: `${message}, again` });
      if (again === answer) return answer;
      refuse(respondent, question, 'the two are not the same');
    }
  }
}

/** Asks for yes or no. Fails like `ask`. */
export function confirm(respondent: Respondent, question: ConfirmQuestion): Promise<boolean> {
  return respondent.confirm(question);
}

/** Asks for one of several. Fails like `ask`. */
export async function choose<Value extends string>(
  respondent: Respondent,
  question: ChoiceQuestion<Value>,
): Promise<Value> {
  return (await respondent.choose(question)) as Value;
}

async function findProblem(
  { optional, validate }: TextQuestion | SecretQuestion,
  answer: string,
): Promise<string | undefined> {
  if (answer === '') return optional ? undefined : 'it cannot stay empty';
  return validate?.(answer);
}

function refuse(respondent: Respondent, { name }: Question, problem: string): void {
  if (respondent.isPerson) respondent.tell(problem);
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
