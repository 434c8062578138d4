import { parseArgs } from 'node:util';
import type { Command, Invocation, OptionValue } from './command.js';
import { usageError } from './failure.js';

/** The command that was called, by the words that name it. */
export interface Selection {
  /** From the program down, such as haos, config, plan. */
  readonly path: readonly Command[];
  /** What follows the words that name the command. */
  readonly args: readonly string[];
}

/** Follows the leading words of the arguments into the commands. */
export function selectCommand(program: Command, argv: readonly string[]): Selection {
  const path = [program];
  let rest = argv;
  for (;;) {
    const inside = path.at(-1)!.commands?.find(({ name }) => name === rest[0]);
    if (!inside) return { path, args: rest };
    path.push(inside);
    rest = rest.slice(1);
  }
}

/**
 * The command that a program's name selects by itself: a link named `config` to `haos` is `haos config`. Names that are no
 * command are those of the program.
 */
export function withCalledName(
  program: Command,
  calledAs: string,
  argv: readonly string[],
): readonly string[] {
  const name = calledAs.replace(/^.*\//, '').replace(/\.[cm]?js$/, '');
  return program.commands?.some((command) => command.name === name) ? [name, ...argv] : argv;
}

/**
 * Whether the arguments of a command ask for JSON, also where they cannot be understood otherwise.
 */
export function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const last = options.findLastIndex((arg) => /^--format(=|$)/.test(arg));
  return options[last] === '--format=json' || (options[last] === '--format' && options[last + 1] === 'json');
}

/** Reads a command's options and operands. Throws a usage error that suggests what may have been meant. */
export async function parseInvocation({
  path,
  args,
}: Selection): Promise<Invocation<string, string> & { wantsHelp: boolean }> {
  const command = path.at(-1)!;
  // Its options are those of another command, so nothing can be said about them.
  if (command.commands && isWord(args[0])) throw await unknownCommand({ path, args });
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries([
      ...command.options.map((option) => [option.name, specOf(option)] as const),
      ['help', { type: 'boolean', short: 'h' }] as const,
    ]),
    strict: false,
    tokens: true,
  });
  if (values.help === true) return { ...invocationOf({}, []), wantsHelp: true };
  for (const token of tokens) if (token.kind === 'option') await checkOption(command, token);
  if (positionals.length > 0 && !command.operands) throw unexpected(path, positionals[0]!);
  return { ...invocationOf(values as Record<string, OptionValue>, positionals), wantsHelp: false };
}

function isWord(arg: string | undefined): boolean {
  return arg !== undefined && !arg.startsWith('-');
}

function specOf({ value, short, many }: Command['options'][number]): {
  type: 'string' | 'boolean';
  multiple: boolean;
  short?: string;
} {
  return { type: value ? 'string' : 'boolean', multiple: many === true, ...(short ? { short } : {}) };
}

function invocationOf(
  values: Readonly<Record<string, OptionValue>>,
  operands: readonly string[],
): Invocation<string, string> {
  return {
    text: (name) => textsOf(values[name]).at(-1),
    texts: (name) => textsOf(values[name]),
    has: (name) => values[name] !== undefined,
    operands,
  };
}

function textsOf(value: OptionValue): readonly string[] {
  return typeof value === 'string' ? [value] : typeof value === 'object' ? value : [];
}

interface OptionToken {
  name: string;
  rawName: string;
  value?: string | undefined;
  inlineValue?: boolean | undefined;
}

async function checkOption(
  command: Command,
  { name, rawName, value, inlineValue }: OptionToken,
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
    if (inlineValue) throw usageError(`the option ${rawName} takes no value`);
    return;
  }
  if (value === undefined || value === '' || (!inlineValue && value.length > 1 && value.startsWith('-')))
    throw usageError(`the option ${rawName} needs a value: ${option.value}`);
  if (option.choices && !option.choices.includes(value))
    throw usageError(
      `${rawName} cannot be ${JSON.stringify(value)}; it is one of ${option.choices.join(', ')}`,
      await suggest(value, option.choices),
    );
}

function unexpected(path: readonly Command[], word: string): Error {
  const command = path.at(-1)!;
  const called = path.map(({ name }) => name).join(' ');
  if (command.commands?.some(({ name }) => name === word))
    return usageError(`${word} stands behind an option`, `write ${called} ${word} first, then its options`);
  return usageError(`${called} takes no operand, but was given ${JSON.stringify(word)}`);
}

/** What to say when the first of the arguments should name a command and does not. */
export async function unknownCommand({ path, args }: Selection): Promise<Error> {
  const { suggestCommand } = await import('./suggest-command.js');
  return usageError(`unknown command ${JSON.stringify(args[0])}`, suggestCommand(path, args));
}

async function suggest(word: string, known: readonly string[]): Promise<string | undefined> {
  const { didYouMean } = await import('./did-you-mean.js');
  return didYouMean(word, known);
}
