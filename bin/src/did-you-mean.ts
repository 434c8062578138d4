import leven, { closestMatch } from 'leven';

/** A hint that names what is most like a word; undefined when nothing is. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const closest = closestTo(word, known, 2);
  return closest === undefined ? undefined : `did you mean ${closest}?`;
}

/**
 * What is most like a word, if no more than a third of it differs, or `slack` letters of a short
 * one.
 */
export function closestTo(word: string, known: readonly string[], slack: number): string | undefined {
  const closest = closestMatch(word, known);
  if (closest === undefined || leven(word, closest) > Math.max(slack, closest.length / 3)) return undefined;
  return closest;
}
