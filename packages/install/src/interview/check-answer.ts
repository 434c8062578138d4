import { validate } from '@haos/cc';

/**
 * Returns what the checks of the configuration report about one part of it, written as in a file;
 * undefined if it is valid.
 */
export function checkAnswer(part: object): string | undefined {
  const error = validate(JSON.stringify(part)).issues.find(({ severity }) => severity === 'error');
  if (!error) return undefined;
  return error.hint ? `${error.message}; ${error.hint}` : error.message;
}
