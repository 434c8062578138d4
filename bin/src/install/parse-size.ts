import { usageError } from '../failure.js';

const UNITS: Readonly<Record<string, number>> = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Returns the bytes of a size such as `8G`; undefined if it was not given. */
export function parseSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, number, unit = ''] = /^([1-9]\d*)([MGT])(?:iB)?$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? Number.NaN);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw usageError(
    `${JSON.stringify(text)} is not a size`,
    'Write a whole number with M, G or T, such as 8G.',
  );
}
