import leven, { closestMatch } from 'leven';

/**
 * Returns a hint with the known word that is most similar to `word`; undefined if none is similar.
 */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const closest = closestMatch(word, known);
  if (closest === undefined || leven(word, closest) > Math.max(2, closest.length / 3)) return undefined;
  return `Did you mean ${closest}?`;
}
