import type { Command, Invocation } from './command.js';
import { usageError } from './failure.js';
import { readOptions, type WrittenOption } from './read-options.js';

/** The command that the leading words of the arguments name. */
export interface Selection {
  /** The commands from the program down, such as haos, config, plan. */
  readonly path: readonly Command[];
  /** The arguments after those words. */
  readonly args: readonly string[];
}

/** Returns the command that the leading words of the arguments name. */
export function selectCommand(program: Command, argv: readonly string[]): Selection {
  const path = [program];
  let rest = argv;
  for (;;) {
    const inside = findInside(path.at(-1)!, rest[0]);
    if (!inside) return { path, args: rest };
    path.push(inside);
    rest = rest.slice(1);
  }
}

function findInside(command: Command, word: string | undefined): Command | undefined {
  if (command.usual?.name === word) return command.usual;
  return isWord(word) ? command.commands?.find(({ name }) => name === word) : undefined;
}

/**
 * Returns the arguments, preceded by the command that the name of the program selects: a link named
 * `config` runs `haos config`. A name that is not a command selects nothing.
 */
export function withCalledName(
  program: Command,
  calledAs: string,
  argv: readonly string[],
): readonly string[] {
  const name = calledAs.replace(/^.*\//, '').replace(/\.[cm]?js$/, '');
  return name !== program.name && findInside(program, name) ? [name, ...argv] : argv;
}

/**
 * Returns whether the arguments of a command ask for JSON, even if they cannot be parsed otherwise.
 */
export function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const last = options.findLastIndex((arg) => /^--format(=|$)/.test(arg));
  return options[last] === '--format=json' || (options[last] === '--format' && options[last + 1] === 'json');
}

/**
 * Parses the options and operands of a command. Throws a usage error, with a suggestion if a known
 * name is similar.
 */
export async function parseInvocation({
  path,
  args,
}: Selection): Promise<Invocation<string, string> & { wantsHelp: boolean }> {
  const command = path.at(-1)!;
  // Its options are those of another command, so nothing can be said about them.
  if (isWord(args[0]) && command.commands) throw await unknownCommand({ path, args });
  const { options, operands } = readOptions(args, [...command.options, HELP]);
  if (options.some(({ name, value }) => name === HELP.name && value === undefined))
    return { ...invocationOf([], []), wantsHelp: true };
  for (const option of options) await checkOption(command, option);
  if (operands.length > 0 && !command.operands) throw unexpected(path, operands[0]!);
  return { ...invocationOf(options, operands), wantsHelp: false };
}

const HELP = { name: 'help', short: 'h' } as const;

function isWord(arg: string | undefined): boolean {
  return arg !== undefined && !arg.startsWith('-');
}

function invocationOf(
  options: readonly WrittenOption[],
  operands: readonly string[],
): Invocation<string, string> {
  const textsOf = (name: string) =>
    options.flatMap((option) => (option.name === name ? (option.value ?? []) : []));
  return {
    text: (name) => textsOf(name).at(-1),
    texts: textsOf,
    has: (name) => options.some((option) => option.name === name),
    operands,
  };
}

async function checkOption(
  command: Command,
  { name, rawName, value, isInline }: WrittenOption,
): Promise<void> {
  if (name === 'help') return;
  const option = command.options.find((candidate) => candidate.name === name);
  if (!option) {
    const known = ['help', ...command.options.map((candidate) => candidate.name)].map(
      (known) => `--${known}`,
    );
    throw usageError(`unknown option ${rawName}`, await suggest(rawName, known));
  }
  if (!option.value) {
    if (isInline) throw usageError(`the option ${rawName} does not take a value`);
    return;
  }
  if (value === undefined || value === '' || (!isInline && value.length > 1 && value.startsWith('-')))
    throw usageError(`the option ${rawName} needs a value: ${option.value}`);
  if (option.choices && !option.choices.includes(value))
    throw usageError(
      `${rawName} does not accept ${JSON.stringify(value)}; use one of ${option.choices.join(', ')}`,
      await suggest(value, option.choices),
    );
}

function unexpected(path: readonly Command[], word: string): Error {
  const command = path.at(-1)!;
  const called = path.map(({ name }) => name).join(' ');
  if (command.commands?.some(({ name }) => name === word))
    return usageError(
      `the subcommand ${word} must come before options`,
      `Write ${called} ${word} first, then its options.`,
    );
  return usageError(`${called} does not take operands, but got ${JSON.stringify(word)}`);
}

/** Returns the error for arguments whose first word should name a command and does not. */
export async function unknownCommand({ path, args }: Selection): Promise<Error> {
  const { suggestCommand } = await import('./suggest-command.js');
  return usageError(`unknown command ${JSON.stringify(args[0])}`, suggestCommand(path, args));
}

async function suggest(word: string, known: readonly string[]): Promise<string | undefined> {
  const { didYouMean } = await import('./did-you-mean.js');
  return didYouMean(word, known);
}
