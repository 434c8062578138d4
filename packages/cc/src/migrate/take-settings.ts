import { configDefinition } from '../generated/keys.js';
import { lookUpName } from '../model/names.js';
import type { Node, Pair } from '../parse/node.js';
import { readCommandSettings } from './command-settings.js';
import type { Draft } from './draft.js';
import { findNeedlessFile, readFileSettings } from './file-settings.js';
import { isInsertable } from './insert-settings.js';
import { removeItems } from './remove.js';
import { describeSetting, type Setting, textOfValue } from './setting.js';
import {
  findHaosPair,
  findPair,
  haosDefinition,
  itemsOf,
  type ParsedText,
  textItemsOf,
  textOf,
} from './source.js';
import { readWrittenFile } from './written-file.js';

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
  if (source.form === 'cmdline') return [];
  const taking: Taking = { source, draft, values: presentValues(source) };
  const files = findPair(source.root, configDefinition, 'writeFiles');
  return [
    ...COMMANDS.flatMap((name) => {
      const pair = findPair(source.root, configDefinition, name);
      return pair ? takeCommands(taking, pair) : [];
    }),
    ...(files ? takeFiles(taking, files) : []),
  ];
}

/** In the order in which a node runs them. */
const COMMANDS = ['initCmd', 'bootCmd', 'runCmd'];

interface Taking {
  source: ParsedText;
  draft: Draft;
  /** What the keys say, by the names of settings; what is taken is added. */
  values: Map<string, string>;
}

function takeCommands(taking: Taking, pair: Pair): Setting[] {
  const goers: Goer[] = [];
  const values = new Map(taking.values);
  for (const [index, node] of itemsOf(pair.value).entries()) {
    const settings = readCommandSettings(textOf(node) ?? '');
    if (settings && areFree({ ...taking, values }, settings, node))
      goers.push({ index, settings, message: `${pair.key} became ${named(settings)}` });
  }
  return take(taking, pair, goers);
}

function takeFiles(taking: Taking, pair: Pair): Setting[] {
  const goers: Goer[] = [];
  const values = new Map(taking.values);
  for (const [index, node] of itemsOf(pair.value).entries()) {
    const file = readWrittenFile(node);
    if (!file) continue;
    const needless = findNeedlessFile(file);
    const settings = needless === undefined ? readFileSettings(file) : [];
    if (!settings || !areFree({ ...taking, values }, settings, node)) continue;
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

/** The settings that the keys do not have yet. */
function take({ source, draft, values }: Taking, pair: Pair, goers: readonly Goer[]): Setting[] {
  const indexes = goers.map(({ index }) => index);
  const edits = removeItems(source, { mapping: source.root, pair }, indexes);
  if (!edits) return [];
  // The edits are of all items together.
  for (const [at, { index, message }] of goers.entries())
    draft.change(itemsOf(pair.value)[index]!.start, message, ...(at === 0 ? edits : []));
  const fresh = goers.flatMap(({ settings }) => settings).filter((setting) => !values.has(nameOf(setting)));
  for (const setting of fresh) values.set(nameOf(setting), textOfValue(setting));
  return fresh;
}

/** Modules add up, so each is a setting of its own. */
function nameOf(setting: Setting): string {
  return setting.key === 'modules' ? `modules ${setting.value}` : describeSetting(setting);
}

/**
 * Whether the keys take all of these: they exist, and say nothing else. Then the values have them,
 * too. What says something else is asked about.
 */
function areFree({ source, draft, values }: Taking, settings: readonly Setting[], node: Node): boolean {
  if (!settings.every((each) => hasKeys(each) && isInsertable(source, each))) return false;
  const own = new Map(settings.map((setting) => [nameOf(setting), textOfValue(setting)]));
  const conflict = settings.find((setting) => {
    const name = nameOf(setting);
    return [values.get(name), own.get(name)].some(
      (value) => (value ?? textOfValue(setting)) !== textOfValue(setting),
    );
  });
  if (!conflict) {
    for (const [name, value] of own) values.set(name, value);
    return true;
  }
  draft.ask(
    node.start,
    `this sets ${describeSetting(conflict)}, which has another value elsewhere in this file`,
    'Remove the one that is wrong.',
  );
  return false;
}

/** Whether the configuration of this release has the key of a setting, and those of its item. */
function hasKeys({ key, value }: Setting): boolean {
  const definition = lookUpName(haosDefinition(), key);
  if (!definition || typeof value === 'string') return definition !== undefined;
  return Object.keys(value).every((name) => lookUpName(definition, name));
}

/** What the section `haos` says already. */
function presentValues({ root }: ParsedText): Map<string, string> {
  const values = new Map<string, string>();
  const add = (setting: Setting) => values.set(nameOf(setting), textOfValue(setting));
  for (const key of ['timezone', 'keyboard'] as const) {
    const value = textOf(findHaosPair(root, key)?.value);
    if (value) add({ key, value });
  }
  for (const { text } of textItemsOf(findHaosPair(root, 'modules')?.value))
    add({ key: 'modules', value: text });
  for (const key of ['network', 'mounts'] as const)
    for (const item of itemsOf(findHaosPair(root, key)?.value)) addItem(values, key, item);
  const sysctls = findHaosPair(root, 'sysctls')?.value;
  for (const { key: name, value } of sysctls?.kind === 'mapping' ? sysctls.pairs : []) {
    const text = textOf(value);
    if (text !== undefined) add({ key: 'sysctls', name, value: text.trim() });
  }
  return values;
}

/** Whatever an item says of an interface or a mount point, it says something else. */
function addItem(values: Map<string, string>, key: 'network' | 'mounts', item: Node): void {
  if (item.kind !== 'mapping') return;
  for (const pair of item.pairs)
    if (['interface', 'mac', 'path'].includes(pair.key))
      values.set(nameOf({ key, name: textOf(pair.value) ?? '', value: {} }), '');
}
