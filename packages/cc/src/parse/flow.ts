import type { YamlError } from './yaml-problem.js';

/** A bracket or a quotation mark of a YAML text that begins something. */
export interface Opening {
  character: '[' | '{' | '"' | "'";
  /** UTF-16 units from the start of the text. */
  offset: number;
}

export const CLOSING = { '[': ']', '{': '}', '"': '"', "'": "'" } as const;

export const DEFICIENT = 'deficient indentation';

export function isBracket(opening: Opening | undefined): boolean {
  return opening?.character === '[' || opening?.character === '{';
}

/**
 * Returns a text that js-yaml refused, with the lines of its flow collections joined, if it was
 * refused for the indentation inside one.
 */
export function joinOpenFlow(text: string, { reason, mark }: YamlError): string | undefined {
  const isFlow = reason === DEFICIENT && isBracket(scanFlow(text.slice(0, mark?.position)).open.at(-1));
  return isFlow ? joinFlowLines(text) : undefined;
}

/** What a scan of a text finds. */
export interface FlowScan {
  /** What is open at the end of the text, the innermost last. */
  open: readonly Opening[];
  /** The last quoted text that was closed. */
  quoted: { start: number; end: number } | undefined;
  /**
   * White space and comments between the tokens of flow collections, where a line break means what
   * a blank does.
   */
  gaps: readonly { from: number; to: number }[];
}

/**
 * Scans a YAML text, or the beginning of one, for brackets and quotation marks, as far as their
 * meaning can be told without parsing: it is for texts that the parser refuses. Those inside plain
 * and block texts mean nothing.
 */
export function scanFlow(text: string): FlowScan {
  const scanner = new Scanner(text);
  scanner.run();
  return scanner;
}

/**
 * The same text, with blanks for line breaks and comments between the tokens of flow collections:
 * YAML wants even a closing bracket to be indented, and no other parser insists on it. Nothing
 * moves.
 */
export function joinFlowLines(text: string): string {
  let joined = '';
  let end = 0;
  for (const { from, to } of scanFlow(text).gaps) {
    joined += text.slice(end, from) + ' '.repeat(to - from);
    end = to;
  }
  return joined + text.slice(end);
}

class Scanner implements FlowScan {
  readonly open: Opening[] = [];
  quoted: FlowScan['quoted'];
  readonly gaps: { from: number; to: number }[] = [];
  private position = 0;
  private lineStart = 0;
  /** Whether a plain text ended here: it may go on in the next line. */
  private isBehindPlain = false;

  constructor(private readonly text: string) {}

  run(): void {
    if (this.text.startsWith('\ufeff')) this.position = this.lineStart = 1;
    while (this.position < this.text.length) {
      const before = this.position;
      if (this.open.length === 0) this.blockToken();
      else this.flowToken();
      // What means nothing to this scanner is skipped.
      if (this.position === before) this.position++;
    }
  }

  private blockToken(): void {
    if (this.take(/\r\n|\r|\n/y)) {
      this.lineStart = this.position;
      return;
    }
    // Dashes, colons behind keys, anchors and tags: what may stand before a value.
    while (this.take(/[ \t]+|[-?:](?=[ \t\r\n]|$)|[&!][^\s,[\]{}]*(?=[ \t\r\n]|$)/y));
    const start = this.position;
    if (this.valueToken()) return;
    if (this.take(/#[^\r\n]*/y)) return;
    if (this.take(/[|>][-+0-9]*[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|$)/y)) this.skipBlock(start);
    else this.plain(/[^\r\n:#]+/y);
  }

  private flowToken(): void {
    if (this.gap()) return;
    this.isBehindPlain = false;
    if (this.valueToken()) return;
    const next = this.text[this.position];
    if (next === CLOSING[this.open.at(-1)!.character]) {
      this.position++;
      this.open.pop();
    } else if (next === ',' || next === ':') this.position++;
    else {
      this.plain(/[^\r\n:#,[\]{}]+/y);
      this.isBehindPlain = true;
    }
  }

  private gap(): boolean {
    const from = this.position;
    while (this.take(/[ \t\r\n]+/y) || (this.isBehindSpace() && this.take(/#[^\r\n]*/y)));
    if (this.position === from) return false;
    if (!this.isBehindPlain || /[\]},]/.test(this.text[this.position] ?? ''))
      this.gaps.push({ from, to: this.position });
    return true;
  }

  /**
   * Whether white space, or an indicator as good as that, is before the position, so that `#`
   * begins a comment.
   */
  private isBehindSpace(): boolean {
    return /[\s,[\]{}]/.test(this.text[this.position - 1] ?? ' ');
  }

  private valueToken(): boolean {
    const next = this.text[this.position];
    if (next === '[' || next === '{') this.open.push({ character: next, offset: this.position++ });
    else if (next === '"' || next === "'") this.quote(next);
    else return false;
    return true;
  }

  private quote(character: '"' | "'"): void {
    const start = this.position++;
    const rest = character === '"' ? /[^"\\]+|\\[\s\S]?/y : /[^']+|''/y;
    while (this.take(rest));
    if (this.text[this.position] !== character) this.open.push({ character, offset: start });
    else this.quoted = { start, end: ++this.position };
  }

  /**
   * To the colon behind a key, to a comment, to the end of the line, or, inside brackets, to the
   * next indicator.
   */
  private plain(ordinary: RegExp): void {
    for (;;) {
      this.take(ordinary);
      const isPart = this.open.length === 0 ? /:(?![ \t\r\n]|$)/y : /:(?![ \t\r\n,[\]{}]|$)/y;
      if (this.take(isPart)) continue;
      if (this.text[this.position] === '#' && !this.isBehindSpace()) this.position++;
      else return;
    }
  }

  /**
   * A block text has the lines that are empty or indented more than the key or the dash before it.
   */
  private skipBlock(start: number): void {
    const before = this.text.slice(this.lineStart, start);
    const dashes = /^ *(?:[-?] +)*/.exec(before)![0];
    const indent = dashes.length < before.length ? dashes.length : dashes.replace(/[-?] +$/, '').length;
    const line = new RegExp(`(?:\\r\\n|\\r|\\n)(?: {${indent + 1}}[^\\r\\n]*|[ \\t]*(?=[\\r\\n]|$))`, 'y');
    while (this.take(line));
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.position;
    const length = pattern.exec(this.text)?.[0].length ?? 0;
    this.position += length;
    return length > 0;
  }
}
