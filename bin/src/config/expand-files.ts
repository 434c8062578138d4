import { existsSync } from 'node:fs';

const PATTERN = /[*?[{]/;

/** The files that the operands name, in their order; patterns that no shell expanded are expanded. */
export async function expandFiles(operands: readonly string[]): Promise<string[]> {
  if (!operands.some((operand) => isPattern(operand))) return [...operands];
  const { globSync } = await import('tinyglobby');
  return operands.flatMap((operand) => {
    if (!isPattern(operand)) return [operand];
    const found = globSync(operand, { dot: false, expandDirectories: false }).sort();
    // A pattern that nothing matches is read as a name, which tells that there is no such file.
    return found.length > 0 ? found : [operand];
  });
}

function isPattern(operand: string): boolean {
  return PATTERN.test(operand) && !existsSync(operand);
}
