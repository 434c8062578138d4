import { AGENT_FLAGS, COMMON_FLAGS, SERVER_FLAGS } from './flag-list.js';

/** The two commands of k3s that run a node. */
export type K3sCommand = 'server' | 'agent';

/** A flag of k3s for its command line and its configuration file. */
export interface K3sFlag {
  /** Without dashes, such as `node-label`. */
  readonly name: string;
  /** False for a flag that is true without a value. */
  readonly takesValue: boolean;
  /** May be given several times, and is a list in the configuration file. */
  readonly isRepeatable: boolean;
  readonly commands: readonly K3sCommand[];
}

const LISTS: readonly (readonly [list: string, commands: readonly K3sCommand[]])[] = [
  [COMMON_FLAGS, ['server', 'agent']],
  [SERVER_FLAGS, ['server']],
  [AGENT_FLAGS, ['agent']],
];

/**
 * Returns the flag with a name or alias without dashes, of servers or agents. Returns undefined if
 * the pinned release does not have it.
 */
export function findK3sFlag(name: string): K3sFlag | undefined {
  for (const [list, commands] of LISTS) {
    const entry = findEntry(list, name);
    if (entry === undefined) continue;
    const [first = ''] = namesIn(entry);
    return {
      name: first,
      takesValue: entry.includes('='),
      isRepeatable: entry.endsWith('*'),
      commands,
    };
  }
  return undefined;
}

/** Returns the names, without aliases, of all flags of a command. */
export function k3sFlagNames(command: K3sCommand): string[] {
  const lists = LISTS.filter(([, commands]) => commands.includes(command));
  return lists.flatMap(([list]) => list.trim().split(/\s+/)).map((entry) => namesIn(entry)[0]!);
}

/** Searches the text: a start looks up a flag or two, and reading all of them would take longer. */
function findEntry(list: string, name: string): string | undefined {
  if (name === '') return undefined;
  for (let at = list.indexOf(name); at >= 0; at = list.indexOf(name, at + 1)) {
    const end = list.indexOf(' ', at);
    const entry = list.slice(list.lastIndexOf(' ', at) + 1, end < 0 ? undefined : end).trim();
    if (namesIn(entry).includes(name)) return entry;
  }
  return undefined;
}

/** Returns the name and the aliases of an entry. */
function namesIn(entry: string): string[] {
  const end = entry.indexOf('=');
  return (end < 0 ? entry : entry.slice(0, end)).split('/');
}
