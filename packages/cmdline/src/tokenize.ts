/**
 * One parameter as it is written. Offsets and lengths count UTF-16 units of the text.
 * `text.slice(offset, offset + length)` is the parameter with its quotes. The slices of name and
 * value exclude the quotes around them.
 */
export interface Token {
  name: string;
  /** Undefined if there is no `=`. */
  value: string | undefined;
  offset: number;
  length: number;
  nameOffset: number;
  nameLength: number;
  /** The end of the name if there is no value. */
  valueOffset: number;
  valueLength: number;
}

/**
 * Splits a kernel command line into parameters. White space (space, tab, CR, LF, FF) separates
 * them. Double quotes group if they surround a whole parameter or begin directly after a `=`.
 * There is no escape character. This is what the kernel documents in admin-guide/kernel-parameters.
 * (Its parse_args() also groups at quotes elsewhere; `parse` reports those.) Name and value are
 * split at the first `=`. Never throws.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    if (isWhiteSpace(text[position]!)) {
      position += 1;
      continue;
    }
    const end = findEnd(text, position);
    tokens.push(toToken(text, position, end));
    position = end;
  }
  return tokens;
}

function isWhiteSpace(character: string): boolean {
  return ' \t\r\n\f'.includes(character);
}

function findEnd(text: string, start: number): number {
  if (text[start] === '"') {
    const close = findClosingQuote(text, start);
    if (close !== undefined) return close + 1;
  }
  const runEnd = findRunEnd(text, start);
  // The last `="` of the run whose quote is closed again decides, so that `a=b="c d"` is one
  // parameter.
  for (let equals = runEnd - 2; equals > start; equals -= 1) {
    if (text[equals] !== '=' || text[equals + 1] !== '"') continue;
    const close = findClosingQuote(text, equals + 1);
    if (close !== undefined) return close + 1;
  }
  return runEnd;
}

/**
 * Returns where the quote closes. An empty pair of quotes groups nothing, so it does not count as
 * closed.
 */
function findClosingQuote(text: string, open: number): number | undefined {
  const close = text.indexOf('"', open + 1);
  return close > open + 1 ? close : undefined;
}

function findRunEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && !isWhiteSpace(text[end]!)) end += 1;
  return end;
}

function toToken(text: string, start: number, end: number): Token {
  const found = text.slice(start, end).indexOf('=');
  const nameEnd = found === -1 ? end : start + found;
  const name = withoutQuotes(text, start, nameEnd);
  const value = found === -1 ? undefined : withoutQuotes(text, nameEnd + 1, end);
  return {
    name: text.slice(name.start, name.end),
    value: value && text.slice(value.start, value.end),
    offset: start,
    length: end - start,
    nameOffset: name.start,
    nameLength: name.end - name.start,
    valueOffset: value?.start ?? name.end,
    valueLength: value ? value.end - value.start : 0,
  };
}

/**
 * Returns the range of a name or a value without the quotes around it. A final quote that closes
 * one inside, as in `a=b="c d"`, stays. A final quote without a partner here is removed: it was
 * opened before the name, or is stray.
 */
function withoutQuotes(text: string, start: number, end: number): { start: number; end: number } {
  if (start === end) return { start, end };
  const opened = text[start] === '"';
  const inner = opened ? start + 1 : start;
  const closed = end > inner && text[end - 1] === '"';
  if (closed && (opened || countQuotes(text.slice(inner, end)) % 2 === 1))
    return { start: inner, end: end - 1 };
  return { start: inner, end };
}

/** Returns the number of double quotes in a text. */
export function countQuotes(text: string): number {
  return text.split('"').length - 1;
}
