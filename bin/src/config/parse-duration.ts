import { usageError } from '../failure.js';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** The shortest and the longest time for a trial, in seconds. */
const [SHORTEST, LONGEST] = [30, 86_400];

/** Returns the seconds of a duration such as `3m`; a number without a unit is seconds. */
export function parseDuration(text: string): number {
  const [, number, unit = 's'] = /^([1-9]\d{0,5})([smh])?$/.exec(text) ?? [];
  const seconds = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (seconds >= SHORTEST && seconds <= LONGEST) return seconds;
  throw usageError(
    `${JSON.stringify(text)} is not a duration from 30s to 24h`,
    'Write a whole number with s, m or h, such as 3m.',
  );
}
