import { createHash } from 'node:crypto';

/**
 * Returns a digest of a JSON value, the same for any order of its names: 128 bits of SHA-256 as 32
 * hexadecimal digits, short enough for a person to copy.
 */
export function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 32);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inside: unknown) =>
    typeof inside === 'object' && inside !== null && !Array.isArray(inside)
      ? Object.fromEntries(Object.entries(inside).sort(([a], [b]) => compareNames(a, b)))
      : inside,
  );
}

/** Compares names in the order of their UTF-16 units, the same in every locale. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
