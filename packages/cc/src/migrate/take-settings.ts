import { lookUpName } from '../model/names.js';
import { configDefinition } from '../model/schema.js';
import type { MappingNode, Node, Pair, ScalarNode } from '../parse/node.js';
import { readCommandSettings } from './command-settings.js';
import type { Draft, Edit } from './draft.js';
import { findNeedlessFile, readFileSettings, type WrittenFile } from './file-settings.js';
import { isInsertable } from './insert-settings.js';
import { removeItems } from './remove.js';
import { describeSetting, type Setting } from './setting.js';
import {
  findHaosPair,
  findPair,
  haosDefinition,
  itemsOf,
  type ParsedText,
  textItemsOf,
  textOf,
} from './source.js';

/** An item of a list that can go, and what takes its place. */
interface Goer {
  index: number;
  settings: readonly Setting[];
  message: string;
}

/**
 * Takes out the commands and files that a key of HAOS says, too, or that do nothing here. The
 * result is to be inserted.
 */
export function takeSettings(source: ParsedText, draft: Draft): Setting[] {
  const taken: Setting[] = [];
  if (source.form === 'cmdline') return taken;
  for (const name of ['initCmd', 'bootCmd', 'runCmd']) {
    const pair = findPair(source.root, configDefinition, name);
    if (pair) taken.push(...takeCommands({ source, draft, taken }, pair));
  }
  const files = findPair(source.root, configDefinition, 'writeFiles');
  if (files) taken.push(...takeFiles({ source, draft, taken }, files));
  return taken;
}

interface Taking {
  source: ParsedText;
  draft: Draft;
  /** By earlier keys. */
  taken: readonly Setting[];
}

function takeCommands(taking: Taking, pair: Pair): Setting[] {
  const goers: Goer[] = [];
  for (const [index, node] of itemsOf(pair.value).entries()) {
    const settings = readCommandSettings(textOf(node) ?? '');
    if (settings && areFree(taking, { settings, node, goers }))
      goers.push({ index, settings, message: `${pair.key} became ${named(settings)}` });
  }
  return take(taking, pair, goers);
}

function takeFiles(taking: Taking, pair: Pair): Setting[] {
  const goers: Goer[] = [];
  for (const [index, node] of itemsOf(pair.value).entries()) {
    const file = fileOf(node);
    if (!file) continue;
    const needless = findNeedlessFile(file);
    const settings = needless === undefined ? readFileSettings(file) : [];
    if (!settings || !areFree(taking, { settings, node, goers })) continue;
    const message =
      needless === undefined
        ? `the file ${file.path} became ${named(settings)}`
        : `the file ${file.path} went: ${needless}`;
    goers.push({ index, settings, message });
  }
  return take(taking, pair, goers);
}

function named(settings: readonly Setting[]): string {
  return [...new Set(settings.map(describeSetting))].join(' and ');
}

function take({ source, draft }: Taking, pair: Pair, goers: readonly Goer[]): Setting[] {
  const indexes = goers.map(({ index }) => index);
  const edits = removeItems(source, { mapping: source.root, pair }, indexes);
  if (!edits) return [];
  // The edits are of all items together.
  let once: readonly Edit[] = edits;
  for (const { index, message } of goers) {
    draft.change(itemsOf(pair.value)[index]!.start, message, ...once);
    once = [];
  }
  return goers.flatMap(({ settings }) => settings.filter((setting) => !isPresent(source, setting)));
}

function isPresent(source: ParsedText, setting: Setting): boolean {
  return present(source, setting).some(
    (other) => other.value === setting.value && describeSetting(other) === describeSetting(setting),
  );
}

/**
 * Whether the keys take all of these: they exist, and say nothing else. What says something else is
 * asked about.
 */
function areFree(
  { source, draft, taken }: Taking,
  { settings, node, goers }: { settings: readonly Setting[]; node: Node; goers: readonly Goer[] },
): boolean {
  if (!settings.every((each) => lookUpName(haosDefinition(), each.key) && isInsertable(source, each)))
    return false;
  const before = [...taken, ...goers.flatMap((goer) => goer.settings)];
  const conflict = settings.find((setting) => {
    const others = [...present(source, setting), ...before, ...settings].map((other) =>
      valueFor(setting, other),
    );
    return others.some((value) => value !== undefined && value !== setting.value);
  });
  if (!conflict) return true;
  draft.ask(
    node.start,
    `this sets ${describeSetting(conflict)}, which has another value elsewhere in this file`,
    'Remove the one that is wrong.',
  );
  return false;
}

/** The value of another setting of the same thing; modules add up. */
function valueFor(setting: Setting, other: Setting): string | undefined {
  if (setting.key === 'timezone' && other.key === 'timezone') return other.value;
  const isSame = setting.key === 'sysctls' && other.key === 'sysctls' && setting.name === other.name;
  return isSame ? other.value : undefined;
}

/** What the section `haos` says already about the key of a setting. */
function present(source: ParsedText, { key }: Setting): Setting[] {
  const value = findHaosPair(source.root, key)?.value;
  if (key === 'timezone') {
    const text = textOf(value);
    return text ? [{ key, value: text }] : [];
  }
  if (key === 'modules') return textItemsOf(value).map((item) => ({ key, value: item.text }));
  if (value?.kind !== 'mapping') return [];
  return value.pairs.flatMap((pair) => {
    const text = textOf(pair.value);
    return text === undefined ? [] : [{ key, name: pair.key, value: text.trim() }];
  });
}

/** A file whose content is plain text, with the node of the content. */
export function fileOf(node: Node): (WrittenFile & { node: ScalarNode | undefined }) | undefined {
  if (node.kind !== 'mapping') return undefined;
  const file = lookUpName(configDefinition, 'writeFiles')!;
  const read = (name: string, mapping: MappingNode) => findPair(mapping, file, name)?.value;
  const path = textOf(read('path', node));
  const content = read('content', node);
  const encoding = textOf(read('encoding', node)) ?? '';
  if (path === undefined || !['', 'text/plain'].includes(encoding)) return undefined;
  const text = content === undefined ? '' : textOf(content);
  if (text === undefined) return undefined;
  return { path, content: text, node: content?.kind === 'scalar' ? content : undefined };
}
