import type { Command } from './command.js';

/** A command with its path. */
export interface ListedCommand {
  /** From the program down. */
  readonly path: readonly Command[];
  /** The words that call it, such as `haos config plan`. */
  readonly called: string;
  readonly command: Command;
}

/** Returns the last command of a path and all commands below it, parents first. */
export function listCommands(path: readonly Command[]): ListedCommand[] {
  const command = path.at(-1)!;
  const called = path.map(({ name }) => name).join(' ');
  const below = (command.commands ?? []).flatMap((inside) => listCommands([...path, inside]));
  return [{ path, called, command }, ...below];
}
