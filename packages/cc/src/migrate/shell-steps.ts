/** One simple command, and the file that its output is written to. */
export interface ShellStep {
  readonly words: readonly string[];
  readonly to: string | undefined;
}

type Token = { word: string } | { operator: string };

/**
 * The commands of a line that is nothing but simple commands one after the other (`&&`, `;`, a line
 * break), each with at most one `>` or `| tee`. Undefined for everything else: what a shell would
 * expand, choose, repeat or put into the background.
 */
export function readShellSteps(command: string): ShellStep[] | undefined {
  const tokens = tokenize(command.trim().replace(/\s*\|\|\s*(?:true|:)$/, ''));
  if (!tokens) return undefined;
  const steps: ShellStep[] = [];
  for (const part of split(tokens)) {
    if (part.length === 0) continue;
    const step = readStep(part);
    if (!step) return undefined;
    steps.push(step);
  }
  return steps.length > 0 ? steps : undefined;
}

/** Undefined where a shell would do more than to take words. */
function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const part =
    /[ \t]+|(&&|>>?|[|;\n](?!\|))|'([^']*)'|"((?:[^"\\$`]|\\["\\])*)"|\\([^\n])|([^\s'"\\|&;<>()$`*?[\]{}#~!]+)/y;
  let word: string | undefined;
  const endWord = () => {
    if (word !== undefined) tokens.push({ word });
    word = undefined;
  };
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (!match) return undefined;
    const [, operator, single, double, escaped, plain] = match;
    const piece = single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain;
    if (piece !== undefined) word = (word ?? '') + piece;
    else endWord();
    if (operator !== undefined) tokens.push({ operator });
  }
  endWord();
  return tokens;
}

function split(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if ('operator' in token && ['&&', ';', '\n'].includes(token.operator)) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

function readStep(tokens: readonly Token[]): ShellStep | undefined {
  const at = tokens.findIndex((token) => 'operator' in token);
  const words = wordsOf(at < 0 ? tokens : tokens.slice(0, at));
  if (!words || words.length === 0) return undefined;
  if (at < 0) return { words, to: undefined };
  const { operator } = tokens[at] as { operator: string };
  const behind = wordsOf(tokens.slice(at + 1));
  const [first, ...others] = behind ?? [];
  if (first === undefined) return undefined;
  if (operator === '>' && others.length === 0)
    return { words, to: first === '/dev/null' ? undefined : first };
  const isTee = operator === '|' && first === 'tee' && others.length === 1;
  return isTee ? { words, to: others[0] } : undefined;
}

/** Without `sudo`, and the program without its directory. */
function wordsOf(tokens: readonly Token[]): string[] | undefined {
  const words = tokens.flatMap((token) => ('word' in token ? [token.word] : []));
  if (words.length < tokens.length) return undefined;
  const [program, ...args] = words[0] === 'sudo' ? words.slice(1) : words;
  return program === undefined ? [] : [program.replace(/^\/(?:usr\/)?(?:local\/)?s?bin\//, ''), ...args];
}
