/** A flag as `k3s server --help` shows it. */
export interface HelpFlag {
  /** Without dashes. */
  name: string;
  aliases: readonly string[];
  takesValue: boolean;
  isRepeatable: boolean;
}

/**
 * A line of a flag, up to the two blanks before its text: `   --tls-san value [ --tls-san value ]
 * (listener) ...`.
 */
const LINE = /^\s+(--?[a-z].*?)(?:\s{2}|\t|$)/;

/**
 * Returns the flags in the text that a program made with urfave/cli prints for --help, which omits
 * hidden flags. A word follows the name of a flag that takes a value. A repeatable flag is followed
 * by its name in brackets.
 */
export function parseFlagHelp(text: string): HelpFlag[] {
  return text
    .split('\n')
    .flatMap((line) => LINE.exec(line)?.[1] ?? [])
    .map((spec) => {
      const [once = '', repeated] = spec.split(' [');
      const words = once.split(', ').map((word) => word.split(' '));
      const [name = '', ...aliases] = words.map(([dashed = '']) => dashed.replace(/^--?/, ''));
      const takesValue = words.some((parts) => parts.length > 1);
      return { name, aliases, takesValue, isRepeatable: repeated !== undefined };
    })
    .filter(({ name }) => name !== 'help');
}
