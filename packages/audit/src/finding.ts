import type { Finding } from './check.js';

/** Returns `pass` or `fail` with the value found and its origin. */
export function finding(isGood: boolean, found: string, from?: string): Finding {
  return { status: isGood ? 'pass' : 'fail', found, from };
}

/** Returns that nothing could be looked at, and why. */
export function skip(reason: string): Finding {
  return { status: 'skip', found: reason };
}

export const NOT_RUNNING = 'this system is not running';
