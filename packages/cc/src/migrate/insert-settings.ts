import { configDefinition } from '../generated/keys.js';
import type { Node, Pair } from '../parse/node.js';
import { scalarType } from '../parse/scalar.js';
import type { Draft, Edit } from './draft.js';
import { isFlow, lineStart, nextLine } from './remove.js';
import { isText, SETTING_KEYS, type Setting, type SettingItem } from './setting.js';
import { findHaosPair, findPair, type ParsedText } from './source.js';

/**
 * Whether a setting can be put into the text as it is written: its key is not there, or is a
 * collection to add to.
 */
export function isInsertable(source: ParsedText, { key }: Setting): boolean {
  const haos = findPair(source.root, configDefinition, 'haos');
  if (haos && !isOpen(source, haos, 'mapping')) return false;
  const pair = findHaosPair(source.root, key);
  if (!pair || isText(key)) return true;
  return isOpen(source, pair, isList(key) ? 'sequence' : 'mapping');
}

/** Nothing yet, or a collection that is written here and only here. */
function isOpen(source: ParsedText, { keyStart, value }: Pair, kind: Node['kind']): boolean {
  if (isNothing(value)) return true;
  return value.kind === kind && value.start > keyStart && !source.shared.has(value);
}

/** Nothing behind the colon; lines can follow that, but not `null` or `~`. */
function isNothing(value: Node): boolean {
  return value.kind === 'scalar' && value.plain && value.text === '';
}

/** Puts settings into the section `haos`, at its beginning; what is there already is left out. */
export function insertSettings(source: ParsedText, draft: Draft, settings: readonly Setting[]): void {
  const entries = SETTING_KEYS.flatMap((key) => entriesOf(settings, key));
  if (entries.length === 0) return;
  const haos = findPair(source.root, configDefinition, 'haos');
  const fresh = entries.filter(({ key }) => !isFilled(findHaosPair(source.root, key)));
  const edits = entries
    .filter((entry) => !fresh.includes(entry))
    .map(({ key, inner }) => insertInto(source, findHaosPair(source.root, key)!, inner));
  if (fresh.length > 0)
    edits.push(haos ? insertInto(source, haos, fresh.map(asLines)) : appendSection(source, fresh));
  draft.edit(...edits);
}

/** One line or one flow entry, or a key with such entries below it. */
interface Entry {
  key: Setting['key'];
  value: string | undefined;
  /** Entries of a map or items of a list. */
  inner: readonly Lines[];
}

/** In block style, and within brackets. */
interface Lines {
  block: readonly string[];
  flow: string;
}

function entriesOf(settings: readonly Setting[], key: Setting['key']): Entry[] {
  const own = settings.filter((setting) => setting.key === key);
  const inner = own.flatMap(linesOf);
  const unique = inner.filter((lines, index) => inner.findIndex(({ flow }) => flow === lines.flow) === index);
  const [first] = own;
  if (!first) return [];
  return [{ key, value: isText(first.key) ? (first.value as string) : undefined, inner: unique }];
}

function isList(key: Setting['key']): boolean {
  return key !== 'sysctls' && !isText(key);
}

function linesOf(setting: Setting): Lines[] {
  switch (setting.key) {
    case 'timezone':
    case 'keyboard':
      return [];
    case 'modules':
      return [{ block: [`- ${scalar(setting.value)}`], flow: JSON.stringify(setting.value) }];
    case 'sysctls': {
      const value = JSON.stringify(setting.value);
      const flow = `${JSON.stringify(setting.name)}: ${value}`;
      return [{ block: [`${scalar(setting.name)}: ${value}`], flow }];
    }
    default:
      return [{ block: itemLines(setting.value), flow: JSON.stringify(setting.value) }];
  }
}

function itemLines(item: SettingItem): string[] {
  return Object.entries(item).map(([name, value], index) => {
    const text = typeof value === 'string' ? scalar(value) : `[${value.map(scalar).join(', ')}]`;
    return `${index === 0 ? '- ' : '  '}${name}: ${text}`;
  });
}

function asLines({ key, value, inner }: Entry): Lines {
  if (value !== undefined)
    return { block: [`${key}: ${scalar(value)}`], flow: `${JSON.stringify(key)}: ${JSON.stringify(value)}` };
  const flow = inner.map((lines) => lines.flow).join(', ');
  return {
    block: [`${key}:`, ...inner.flatMap(({ block }) => block.map((line) => `  ${line}`))],
    flow: `${JSON.stringify(key)}: ${isList(key) ? `[${flow}]` : `{${flow}}`}`,
  };
}

/** A plain scalar where it is a string to YAML, else one in quotes. */
function scalar(text: string): string {
  const isPlain =
    /^[A-Za-z_/][\w./+ -]*[\w./+-]$/.test(text) &&
    scalarType({ kind: 'scalar', text, plain: true, start: 0, length: 1 }) === 'string';
  return isPlain ? text : JSON.stringify(text);
}

function isFilled(pair: Pair | undefined): boolean {
  return pair !== undefined && !isNothing(pair.value);
}

/**
 * At the beginning of a collection: there, no scalar ends with the text, and no comment belongs to
 * what follows.
 */
function insertInto(source: ParsedText, pair: Pair, lines: readonly Lines[]): Edit {
  const { text } = source;
  const { value } = pair;
  if (isFilled(pair) && isFlow(source, value)) {
    const isEmpty =
      value.kind === 'mapping'
        ? value.pairs.length === 0
        : value.kind === 'sequence' && value.items.length === 0;
    const flow = lines.map((each) => each.flow).join(', ');
    return { start: value.start + 1, length: 0, text: isEmpty ? flow : `${flow}, ` };
  }
  const newline = newlineOf(text);
  const column = isFilled(pair)
    ? value.start - lineStart(text, value.start)
    : pair.keyStart - lineStart(text, pair.keyStart) + 2;
  const at = nextLine(text, pair.keyStart);
  const block = lines.flatMap((each) => each.block).map((line) => ' '.repeat(column) + line + newline);
  const isEnded = text.slice(0, at).endsWith('\n');
  return { start: at, length: 0, text: (isEnded ? '' : newline) + block.join('') };
}

/**
 * The section behind everything else, or before it where the end of the text is the end of a block
 * scalar or of a document.
 */
function appendSection(source: ParsedText, entries: readonly Entry[]): Edit {
  const { text, root } = source;
  const lines = entries.map(asLines);
  if (isFlow(source, root)) {
    const flow = `"haos": {${lines.map((each) => each.flow).join(', ')}}`;
    return { start: root.start + 1, length: 0, text: root.pairs.length === 0 ? flow : `${flow}, ` };
  }
  const newline = newlineOf(text);
  const first = root.pairs[0]?.keyStart ?? text.length;
  const indent = ' '.repeat(first - lineStart(text, first));
  const block = ['haos:', ...lines.flatMap((each) => each.block.map((line) => `  ${line}`))]
    .map((line) => indent + line + newline)
    .join('');
  const isOpenEnded = text.endsWith('\n') && !/^(?:---|\.\.\.)/m.test(text.slice(first));
  return { start: isOpenEnded ? text.length : lineStart(text, first), length: 0, text: block };
}

function newlineOf(text: string): string {
  return /\r\n/.test(text) ? '\r\n' : '\n';
}
