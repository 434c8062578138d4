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

let table: ReadonlyMap<string, K3sFlag> | undefined;

/**
 * Returns the flag with a name or alias without dashes, of servers or agents. Returns undefined if
 * the pinned release does not have it.
 */
export function findK3sFlag(name: string): K3sFlag | undefined {
  return flagTable().get(name);
}

/** Returns the names, without aliases, of all flags of a command. */
export function k3sFlagNames(command: K3sCommand): string[] {
  const flags = [...new Set(flagTable().values())];
  return flags.filter(({ commands }) => commands.includes(command)).map(({ name }) => name);
}

function flagTable(): ReadonlyMap<string, K3sFlag> {
  table ??= new Map([
    ...readFlags(COMMON_FLAGS, ['server', 'agent']),
    ...readFlags(SERVER_FLAGS, ['server']),
    ...readFlags(AGENT_FLAGS, ['agent']),
  ]);
  return table;
}

function readFlags(list: string, commands: readonly K3sCommand[]): [string, K3sFlag][] {
  return list
    .trim()
    .split(/\s+/)
    .flatMap((entry) => {
      const [, names = '', value, repeatable] = /^([^=*]+)(=?)(\*?)$/.exec(entry) ?? [];
      const [name = '', ...aliases] = names.split('/');
      const flag = { name, takesValue: value === '=', isRepeatable: repeatable === '*', commands };
      return [name, ...aliases].map((word): [string, K3sFlag] => [word, flag]);
    });
}
