import { HaosError } from '@haos/host';
import { answerError } from './ask.js';
import type { QuestionErrorCode } from './errors.js';
import type { Prompter } from './prompter.js';
import type { Question } from './question.js';

/**
 * Takes answers from an object, such as a file that was read; a name like `wifi.0.name` leads into objects and lists. What a
 * question needs and is not there is HAOS_QUESTIONS_UNANSWERED, also where a person could have taken the default: what was not
 * thought of is not decided.
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
      throw answerError(question.name, `it is none of ${names.join(', ')}`);
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
  return new HaosError('HAOS_QUESTIONS_UNANSWERED', `there is no answer to ${name} (${message})`, {
    hint: `Add ${name} to the answers.`,
    details: { name },
  });
}

/** What yes and no are written as; undefined for anything else. */
export function parseYesNo(text: string): boolean | undefined {
  if (/^(y|yes|true)$/i.test(text)) return true;
  return /^(n|no|false)$/i.test(text) ? false : undefined;
}
