import { configDefinition } from '../generated/keys.js';
import type { Issue, IssueCode, Severity } from '../issue.js';
import { type Document, originAt } from '../parse/document.js';
import type { MappingNode, Node, Pair, ScalarNode } from '../parse/node.js';
import { isTrue, scalarType } from '../parse/scalar.js';
import { foreignKeyHint } from './foreign-keys.js';
import { type IdentityKey, identityIn, isEmpty, isLikeHaos, meantIdentity } from './k3s-identity.js';
import { type KeyDefinition, snakeCase } from './key.js';
import { lookUpName } from './names.js';
import { documentedKey } from './pointer.js';
import { suggestName } from './suggest-name.js';

/** What is wrong with a node, before its place is known. */
export interface Report {
  code: IssueCode;
  pointer: string;
  place: { start: number; length: number };
  message: string;
  hint?: string | undefined;
  /** Default `error`. */
  severity?: Severity;
  meant?: IdentityKey | undefined;
}

/** Returns the issue of a document that a report is about. */
export function toIssue(document: Document, report: Report): Issue {
  return {
    severity: report.severity ?? 'error',
    code: report.code,
    message: report.message,
    pointer: report.pointer,
    key: documentedKey(report.pointer),
    origin: originAt(document, report.place.start, report.place.length),
    hint: report.hint,
    ...(report.meant && { meant: report.meant }),
  };
}

/** A document that is not a map of keys. */
export function notAMapping(root: Node): Report {
  return {
    code: 'not-a-mapping',
    pointer: '',
    place: root,
    message: `the top level must be a map of keys, not ${describeNode(root)}`,
    hint: 'Write `key: value` lines, such as `hostname: myhost`.',
  };
}

/** Describes the type of a node in words. */
function describeNode(node: Node): string {
  if (node.kind === 'sequence') return 'a list';
  if (node.kind === 'mapping') return 'a map';
  if (node.bytes) return 'binary data';
  return {
    null: 'nothing',
    boolean: 'a boolean',
    integer: 'a number',
    float: 'a number',
    string: 'a string',
  }[scalarType(node)];
}

/** A boolean that is written in another way than true and false. */
export function otherBoolean(node: ScalarNode, pointer: string): Report {
  return {
    code: 'deprecated-form',
    severity: 'warning',
    pointer,
    place: node,
    message: `${node.text} is read as ${isTrue(node.text)}`,
    hint: `Write ${isTrue(node.text)}.`,
  };
}

/** A text in place of a boolean. */
export function textAsBoolean(node: ScalarNode, pointer: string): Report {
  return {
    code: 'ambiguous-scalar',
    severity: 'warning',
    pointer,
    place: node,
    message: 'any text except "true" is read as false',
    hint: 'Write true or false.',
  };
}

/** An unknown key, and each key that decides which cluster the node belongs to in it. */
export function unknownKey(pair: Pair, section: KeyDefinition, pointer: string): Report[] {
  const meant = pointer === '' || pointer === '/haos' ? meantIdentity(pair.key) : undefined;
  const prefix = documentedKey(pointer);
  const report: Report = {
    code: 'unknown-key',
    severity: 'warning',
    pointer,
    place: keyOf(pair),
    message: `unknown key ${prefix ? `${prefix}.` : ''}${pair.key}`,
    hint: hintForUnknown(pair.key, section, prefix) ?? (meant && `Did you mean ${meant}?`),
    meant,
  };
  const isLost = pointer === '' && pair.value.kind === 'mapping' && isLikeHaos(pair.key);
  return isLost ? [report, ...lostIdentity(pair.value as MappingNode, pair.key)] : [report];
}

/** Each key that decides which cluster the node belongs to, in a section that is unknown. */
function lostIdentity(section: MappingNode, name: string): Report[] {
  return section.pairs.flatMap((pair): Report[] => {
    const meant = meantIdentity(pair.key);
    if (meant === undefined) return [];
    const message = `unknown key ${name}.${pair.key}`;
    const hint = `Did you mean ${meant}?`;
    return [
      { code: 'unknown-key', severity: 'warning', pointer: '', place: keyOf(pair), message, hint, meant },
    ];
  });
}

/**
 * Each key that decides which cluster the node belongs to, and that is lost with a value that a
 * later one replaces as a whole. A key whose own value is replaced is not lost.
 */
export function replacedKeys(earlier: Pair, later: Pair, pointer: string): Report[] {
  if (pointer !== '' && pointer !== '/haos') return [];
  return identityIn(earlier, pointer)
    .filter(
      ({ pair, meant }) => pair !== earlier || meant !== meantIdentity(pair.key) || isEmpty(later.value),
    )
    .map(({ pair, meant }) => ({
      code: 'duplicate-key',
      severity: 'warning',
      pointer,
      place: keyOf(pair),
      message: `${pair.key} is ignored, because ${later.key} occurs again below`,
      hint: `Write everything of ${later.key} in one place.`,
      meant,
    }));
}

/** A key that is written in two spellings. */
export function secondSpelling(pair: Pair, earlier: Pair, pointer: string): Report {
  return {
    code: 'two-spellings',
    severity: 'warning',
    pointer,
    place: keyOf(pair),
    message: `${earlier.key} and ${pair.key} are the same key; the value of ${earlier.key} is ignored`,
    hint: 'Keep one of them.',
  };
}

/** An unquoted value, without `taken`, which may be a secret. */
export function ambiguousValue(node: ScalarNode, pointer: string, taken = node.text): Report {
  const outcome = taken === node.text ? 'it is treated as text' : "YAML's spelling of it is used";
  return {
    code: 'ambiguous-scalar',
    severity: 'warning',
    pointer,
    place: node,
    message: `YAML reads this unquoted value as ${describeNode(node)}; ${outcome}`,
    hint: 'Put it in quotes.',
  };
}

function keyOf({ keyStart, keyLength }: Pair): Report['place'] {
  return { start: keyStart, length: keyLength };
}

function hintForUnknown(key: string, section: KeyDefinition, prefix: string): string | undefined {
  const foreign = foreignKeyHint(section.name, key);
  const elsewhere = findElsewhere(key);
  const isAbove = prefix !== '' && elsewhere !== undefined && !elsewhere.includes('.');
  if (isAbove && elsewhere !== 'haos') return `Write ${elsewhere} at the top level, outside of ${prefix}.`;
  const similar = suggestName(section, key);
  const meant = (foreign ? undefined : similar) ?? elsewhere;
  return meant ? `Did you mean ${meant}?` : foreign;
}

/**
 * Finds a key that is unknown here but known at another level, such as `token` outside of `haos`.
 */
function findElsewhere(spelling: string, section = configDefinition, prefix = ''): string | undefined {
  if (/^k3os$/i.test(spelling)) return 'haos';
  for (const key of section.keys ?? []) {
    if (key.kind !== 'section') continue;
    const path = `${prefix}${snakeCase(key.name)}.`;
    const found = lookUpName(key, spelling);
    const match = found ? path + snakeCase(found.name) : findElsewhere(spelling, key, path);
    if (match) return match;
  }
  const top = prefix === '' ? lookUpName(configDefinition, spelling) : undefined;
  return top && snakeCase(top.name);
}
