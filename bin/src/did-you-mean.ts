import leven, { closestMatch } from 'leven';

/**
 * Returns a hint with the known word that is most similar to `word`; undefined if none is similar.
 */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const closest = closestTo(word, known, 2);
  return closest === undefined ? undefined : `Did you mean ${closest}?`;
}

/**
 * Returns the known word that is most similar to `word`. At most a third of its letters may differ,
 * or `slack` letters of a short one; undefined if none is that similar.
 */
export function closestTo(word: string, known: readonly string[], slack: number): string | undefined {
  const closest = closestMatch(word, known);
  if (closest === undefined || leven(word, closest) > Math.max(slack, closest.length / 3)) return undefined;
  return closest;
}
