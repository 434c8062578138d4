import type { Command } from './command.js';
import { closestTo, didYouMean } from './did-you-mean.js';
import { listCommands } from './list-commands.js';

/**
 * Returns a hint for arguments whose first word is not a command in its place: the command with
 * that name elsewhere, such as `haos config validate f` for `haos validate f`, or else the most
 * similar name; undefined if none is similar.
 */
export function suggestCommand(
  path: readonly Command[],
  [word = '', ...rest]: readonly string[],
): string | undefined {
  const [program] = path;
  const all = listCommands([program!]).slice(1);
  const elsewhere = (name: string | undefined) => {
    const found = all.filter(({ command }) => command.name === name);
    const [nearest] = found.sort((a, b) => a.path.length - b.path.length);
    return nearest && `Did you mean ${[nearest.called, ...rest.map(quote)].join(' ')}?`;
  };
  const names = (commands: readonly { name: string }[]) => commands.map(({ name }) => name);
  return (
    elsewhere(word) ??
    didYouMean(word, names(path.at(-1)!.commands ?? [])) ??
    elsewhere(closestTo(word, names(all.map(({ command }) => command)), 1))
  );
}

/** Quotes an argument for a shell, if necessary. */
function quote(arg: string): string {
  return /^[\w./:=@%+,-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`;
}
