import { existsSync } from 'node:fs';

const PATTERN = /[*?[{]/;

/**
 * Returns the files that the operands name, in order; expands patterns that the shell did not
 * expand.
 */
export async function expandFiles(operands: readonly string[]): Promise<string[]> {
  if (!operands.some((operand) => isPattern(operand))) return [...operands];
  const { globSync } = await import('tinyglobby');
  return operands.flatMap((operand) => {
    if (!isPattern(operand)) return [operand];
    const found = globSync(operand, { dot: false, expandDirectories: false }).sort();
    // A pattern without a match is treated as a file name, so that the error message names it.
    return found.length > 0 ? found : [operand];
  });
}

function isPattern(operand: string): boolean {
  return PATTERN.test(operand) && !existsSync(operand);
}
