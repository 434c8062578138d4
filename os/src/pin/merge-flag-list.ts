import { BuildFailure } from '../failure.js';
import type { HelpFlag } from './parse-flag-help.js';

/** The flags of one release, as its program shows them. */
export interface ShownFlags {
  version: string;
  server: readonly HelpFlag[];
  agent: readonly HelpFlag[];
}

export interface MergedFlags {
  /** The module with the new flags and the new version. */
  text: string;
  /** Entries that were added or have changed, such as `node-label=*`. */
  added: string[];
  /** Names in the list that the program does not show: hidden flags, or removed ones. */
  unseen: string[];
}

/** The lists of the module: flags of both commands, and of only one. */
const LISTS = ['COMMON_FLAGS', 'SERVER_FLAGS', 'AGENT_FLAGS'] as const;
type List = (typeof LISTS)[number];

/**
 * A flag in the form of the module: NAME, `/ALIAS`, `=` if it takes a value, `*` if it may be
 * repeated.
 */
interface Entry {
  list: List;
  name: string;
  text: string;
}

/**
 * Updates the list of flags (`packages/cc/src/k3s/flag-list.ts`) to a release. Nothing is removed,
 * since a program does not show its hidden flags: a person decides about `unseen`. Throws a
 * BuildFailure if the program shows no flags, or the module has another form.
 */
export function mergeFlagList(module: string, { version, server, agent }: ShownFlags): MergedFlags {
  if (server.length === 0 || agent.length === 0) throw new BuildFailure(`k3s ${version} shows no flags`);
  const known = LISTS.flatMap((list) => readList(module, list));
  const shown = listFlags(server, agent);
  const isShown = (name: string) => shown.some((entry) => entry.name === name);
  const added = shown.filter((entry) => !known.some((other) => isSame(entry, other)));
  const kept = known.filter((entry) => !added.some(({ name }) => name === entry.name));
  let text = module.replace(/(FLAGS_OF = ')[^']*/, `$1${version}`);
  for (const list of LISTS) {
    const isOf = (entry: Entry) => entry.list === list;
    text = writeList(text, list, added.filter(isOf).reduce(insert, kept.filter(isOf)));
  }
  return {
    text,
    added: added.map((entry) => entry.text),
    unseen: known.map(({ name }) => name).filter((name) => !isShown(name)),
  };
}

function listFlags(server: readonly HelpFlag[], agent: readonly HelpFlag[]): Entry[] {
  const isIn = (flags: readonly HelpFlag[], { name }: HelpFlag) => flags.some((flag) => flag.name === name);
  return [
    ...server.map((flag) => toEntry(flag, isIn(agent, flag) ? 'COMMON_FLAGS' : 'SERVER_FLAGS')),
    ...agent.filter((flag) => !isIn(server, flag)).map((flag) => toEntry(flag, 'AGENT_FLAGS')),
  ];
}

function toEntry({ name, aliases, takesValue, isRepeatable }: HelpFlag, list: List): Entry {
  const text = `${[name, ...aliases].join('/')}${takesValue ? '=' : ''}${isRepeatable ? '*' : ''}`;
  return { list, name, text };
}

function isSame(a: Entry, b: Entry): boolean {
  return a.list === b.list && a.text === b.text;
}

/** Puts an entry before the first that sorts after it; the others keep their order. */
function insert(entries: readonly Entry[], entry: Entry): Entry[] {
  const index = entries.findIndex(({ name }) => name > entry.name);
  const position = index < 0 ? entries.length : index;
  return [...entries.slice(0, position), entry, ...entries.slice(position)];
}

function readList(module: string, list: List): Entry[] {
  const found = new RegExp(`${list} = \`([^\`]*)\``).exec(module)?.[1];
  if (found === undefined) throw new BuildFailure(`the list of flags has no ${list}`);
  const words = found.split(/\s+/).filter((word) => word !== '');
  return words.map((text) => ({ list, name: text.replace(/[/=*].*/, ''), text }));
}

const WIDTH = 100;

function writeList(module: string, list: List, entries: readonly Entry[]): string {
  const lines: string[] = [];
  for (const { text } of entries) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= WIDTH) lines.push(`${lines.pop()} ${text}`);
    else lines.push(`  ${text}`);
  }
  return module.replace(new RegExp(`(${list} = \`)[^\`]*`), `$1\n${lines.join('\n')}\n`);
}
