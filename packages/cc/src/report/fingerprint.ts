import type { Issue } from '../issue.js';
import { pathOf } from './report-path.js';

/**
 * What tells each issue from the others, and stays when lines are added above it: services know by
 * it which issues are new. It has no meaning otherwise.
 */
export function fingerprintsOf(issues: readonly Issue[]): string[] {
  const seen = new Map<string, number>();
  return issues.map(({ code, pointer, message, origin }) => {
    const text = [origin ? pathOf(origin.file) : '', code, pointer, message].join('\n');
    const before = seen.get(text) ?? 0;
    seen.set(text, before + 1);
    return hash(`${text}\n${before}`);
  });
}

/** FNV-1a of 64 bits: a collision does no harm, so this needs no library. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value.toString(16).padStart(16, '0');
}
