import { usageError } from './failure.js';

/** Returns the port that an option names. */
export function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw usageError(`${text} is not a port`, 'Use a number up to 65535.');
}
