import { countQuotes, tokenize } from './tokenize.js';

/** What to write. A `Parameter` fits too. */
export interface FormatEntry {
  /** The whole name with its dots and brackets: `haos.sysctl[kernel.printk]`. */
  name: string;
  /** If undefined, only the name is written, which `parse` reads as `true`. */
  value?: string | undefined;
  /** If true, only the name is written, whatever the value. */
  bare?: boolean;
}

export interface FormatIssue {
  code: 'not-expressible';
  message: string;
  hint: string;
  /** Index of the entry, which is missing from the text. */
  entry: number;
}

/**
 * Writes a command line that `parse` reads as these names and values, and quotes only where needed.
 * Leaves out and reports an entry that no quoting can express. Does not add the quoting of the boot
 * loader.
 */
export function format(entries: readonly FormatEntry[]): { text: string; issues: FormatIssue[] } {
  const words: string[] = [];
  const issues: FormatIssue[] = [];
  for (const [entry, { name, value, bare }] of entries.entries()) {
    const word = findSpelling(name, bare ? undefined : value);
    if (word !== undefined) words.push(word);
    else issues.push(describe(name, entry));
  }
  return { text: words.join(' '), issues };
}

function findSpelling(name: string, value: string | undefined): string | undefined {
  const plain = value === undefined ? name : `${name}=${value}`;
  const quoted = value === undefined ? [`"${plain}"`] : [`${name}="${value}"`, `"${plain}"`];
  // Outside ASCII, the kernel treats the byte 0xa0 as a space. That byte is part of the UTF-8 of
  // "à" and of the no-break space.
  const candidates = /^[\x21-\x7e]*$/.test(plain) ? [plain, ...quoted] : [...quoted, plain];
  return candidates.find((candidate) => reads(candidate, name, value));
}

/**
 * Returns whether `tokenize` reads a spelling as one parameter with this name and value, whatever
 * follows it. The appended quote is the worst case, because it would close any quote left open. The
 * kernel counts quotes anywhere in a parameter, so an odd number would swallow the next parameters.
 * A NUL ends the kernel's command line.
 */
function reads(candidate: string, name: string, value: string | undefined): boolean {
  if (countQuotes(candidate) % 2 === 1 || candidate.includes('\0') || /\p{Surrogate}/u.test(candidate))
    return false;
  const token = tokenize(`${candidate} "`)[0];
  return token?.length === candidate.length && token.name === name && token.value === value;
}

function describe(name: string, entry: number): FormatIssue {
  return {
    code: 'not-expressible',
    message: `a kernel command line cannot express the name or the value of ${JSON.stringify(name)}`,
    hint: 'Leave out double quotes next to white space, "=" in the name, and NUL, or use a configuration file.',
    entry,
  };
}
