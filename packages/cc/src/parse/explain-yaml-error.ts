import { CLOSING, DEFICIENT, isBracket, scanFlow } from './flow.js';
import type { YamlError, YamlProblem } from './yaml-problem.js';

/** Returns what is wrong with a text that js-yaml refused. Throws what is not an error of it. */
export function explainYamlError(error: YamlError, text: string): YamlProblem {
  const { reason, mark } = error;
  if (reason === undefined) throw error;
  const position = mark?.position ?? 0;
  return (
    findUnclosed(reason, text, position) ?? {
      code: 'invalid-yaml',
      message: explainReason(reason, text, position),
      start: Math.min(position, text.length),
      length: 1,
    }
  );
}

/** What js-yaml says where it finds that a bracket or a quotation mark before was not closed. */
const UNCLOSED = /unexpected end|deficient indentation|missed comma/;
/** What it says of the text behind a quotation mark that closed another one than was meant. */
const BEHIND_QUOTE = /bad indentation|missed comma|':'|separator|multiline key/;

/**
 * The bracket or the quotation mark that is the reason, where that is not the place that js-yaml
 * names.
 */
function findUnclosed(reason: string, text: string, position: number): YamlProblem | undefined {
  const { open, quoted } = scanFlow(text.slice(0, position));
  const lineOf = (offset: number) => text.slice(0, offset).split(/\r\n|\r|\n/).length;
  const at = (start: number, message: string, hint: string): YamlProblem => ({
    code: 'invalid-yaml',
    message,
    start,
    length: 1,
    hint,
  });
  const isMultiline = quoted !== undefined && lineOf(quoted.start) < lineOf(quoted.end);
  if (isMultiline && BEHIND_QUOTE.test(reason) && text.slice(quoted.end, position).trim() === '') {
    const mark = text[quoted.start];
    return at(
      quoted.start,
      `the ${mark} on line ${lineOf(quoted.start)} is closed only on line ${lineOf(quoted.end)}, where text follows`,
      `Close it with ${mark} where its text ends.`,
    );
  }
  const opening = open.at(-1);
  if (opening === undefined || !UNCLOSED.test(reason)) return undefined;
  const { character, offset } = opening;
  const name = `${character} on line ${lineOf(offset)}`;
  const found = text[position] ?? '';
  if (isBracket(opening) && /[\]}]/.test(found))
    return at(position, `this ${found} does not close the ${name}`, `Write ${CLOSING[character]} here.`);
  const isClosedLater = !scanFlow(text).open.some((left) => left.offset === offset);
  if (reason.startsWith('missed comma') && isClosedLater)
    return at(position, `a comma is missing before this, inside the ${name}`, 'Separate entries by commas.');
  return at(offset, `the ${name} is not closed`, `Close it with ${CLOSING[character]} where it ends.`);
}

function explainReason(reason: string, text: string, position: number): string {
  const code = text.charCodeAt(position);
  if (code === 0) return 'a NUL byte is not allowed in YAML';
  if (reason.includes('JSON character') || reason.includes('non-printable'))
    return 'a control character is not allowed here';
  if (reason === DEFICIENT)
    return 'this line is indented too little, or a quotation mark above it is not closed';
  return reason;
}
