import { HaosError } from '@haos/host';
import { answerError } from './ask.js';
import type { QuestionErrorCode } from './errors.js';
import type { Prompter } from './prompter.js';
import type { Question } from './question.js';

/**
 * Returns a prompter that takes answers from an object, such as a file that was read; a name like
 * `wifi.0.name` is a path through maps and lists. If a required answer is missing it throws
 * HAOS_QUESTIONS_UNANSWERED, even if the question has a default: defaults are for persons.
 */
export function answersFrom(answers: object): Prompter {
  const find = (question: Question & { optional?: boolean }): string | boolean => {
    const value = valueAt(answers, question.name);
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    if (Array.isArray(value)) return value.join(',');
    if (question.optional) return '';
    throw unanswered(question);
  };
  return {
    isPerson: false,
    text: async (question) => String(find(question)),
    secret: async (question) => String(find(question)),
    confirm: async (question) => {
      const answer = find(question);
      const isYes = parseYesNo(String(answer));
      if (isYes === undefined) throw answerError(question.name, 'it is neither yes nor no');
      return isYes;
    },
    choose: async (question) => {
      const answer = find(question);
      const names = question.choices.map(({ value }) => value);
      if (typeof answer === 'string' && names.includes(answer)) return answer;
      throw answerError(question.name, `it must be one of ${names.join(', ')}`);
    },
    tell: () => {},
    close: () => {},
  };
}

function valueAt(answers: unknown, name: string): unknown {
  return name
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string, unknown>)[key]
          : undefined,
      answers,
    );
}

function unanswered({ name, message }: Question): HaosError<QuestionErrorCode> {
  return new HaosError('HAOS_QUESTIONS_UNANSWERED', `the answer to ${name} (${message}) is missing`, {
    hint: `Add ${name} to the answers.`,
    details: { name },
  });
}

/** Returns whether a text means yes or no; undefined for any other text. */
export function parseYesNo(text: string): boolean | undefined {
  if (/^(y|yes|true)$/i.test(text)) return true;
  return /^(n|no|false)$/i.test(text) ? false : undefined;
}
