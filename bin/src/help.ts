import type { Command, Context, Option } from './command.js';

const HELP: Option = { name: 'help', short: 'h', summary: 'print this' };

/** The help text of the last command of a path from the program down, without commands that this machine does not need. */
export function formatHelp(path: readonly Command[], context: Pick<Context, 'isInstalled'>): string {
  const command = path.at(-1)!;
  const called = path.map(({ name }) => name).join(' ');
  const sections = [
    `${called}: ${command.summary}`,
    usageOf(command, called),
    command.description,
    listOf(
      'Commands',
      (command.commands ?? [])
        .filter(({ installs }) => !(installs && context.isInstalled()))
        .map(({ name, summary }) => [name, summary]),
    ),
    listOf(
      'Options',
      [...command.options, HELP].map((option) => [nameOf(option), option.summary]),
    ),
    examplesOf(command),
    command.commands ? `Run ${called} COMMAND --help for more about a command.` : undefined,
  ];
  return `${sections.filter((section) => section !== undefined).join('\n\n')}\n`;
}

function usageOf(command: Command, called: string): string {
  const operands = command.operands ? ` ${command.operands}` : '';
  const lines = [
    ...(command.load ? [`${called}${command.options.length > 0 ? ' [OPTION...]' : ''}${operands}`] : []),
    ...(command.commands ? [`${called} COMMAND [ARGUMENT...]`] : []),
  ];
  return lines.map((line, index) => `${index === 0 ? 'Usage:' : '   or:'} ${line}`).join('\n');
}

function nameOf({ name, short, value }: Option): string {
  return `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
}

function listOf(title: string, rows: readonly (readonly [string, string])[]): string | undefined {
  if (rows.length === 0) return undefined;
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${title}:\n${rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}`;
}

function examplesOf({ examples }: Command): string | undefined {
  if (examples.length === 0) return undefined;
  return `Examples:\n${examples.map(({ line, what }) => `  # ${what}\n  ${line}`).join('\n')}`;
}
