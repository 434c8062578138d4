import leven, { closestMatch } from 'leven';

/** A hint that names what is most like a word; undefined when nothing is. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const closest = closestMatch(word, known);
  if (closest === undefined || leven(word, closest) > Math.max(2, closest.length / 3)) return undefined;
  return `did you mean ${closest}?`;
}
