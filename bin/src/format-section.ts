/** Width of the names on the left, in columns. */
const WIDTH = 15;

/** Puts the first line beside the name, the others below it. */
export function formatSection(name: string, [first = '', ...rest]: readonly string[]): string[] {
  return [`${`${name}:`.padEnd(WIDTH)}${first}`, ...rest.map((line) => `${' '.repeat(WIDTH)}${line}`)];
}
