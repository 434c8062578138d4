import type { Command, Context, Option } from './command.js';

const HELP: Option = { name: 'help', short: 'h', summary: 'print this help' };

/**
 * Columns: longer lines are hard to read. A terminal that does not report its width, such as a
 * serial line, usually has 80.
 */
const WIDEST = 100;
const USUAL = 80;

/**
 * Returns the help text of the last command of `path`, which starts at the program. Leaves out
 * commands that this machine does not need. Everything fits the width of the terminal except the
 * examples, which people copy.
 */
export function formatHelp(
  path: readonly Command[],
  context: Pick<Context, 'isInstalled' | 'columns'>,
): string {
  const command = path.at(-1)!;
  const width = Math.min(WIDEST, (context.columns() ?? WIDEST) || USUAL);
  const called = path.map(({ name }) => name).join(' ');
  const sections = [
    wrap(`${called}: ${command.summary}`, width),
    usageOf(command, called),
    command.description && wrap(command.description, width),
    listOf(
      'Commands',
      (command.commands ?? [])
        .filter(({ installs }) => !(installs && context.isInstalled()))
        .map(({ name, summary }) => [name, summary]),
      width,
    ),
    listOf(
      'Options',
      [...command.options, HELP].map((option) => [nameOf(option), option.summary]),
      width,
    ),
    examplesOf(command),
    command.commands && wrap(`Run ${called} COMMAND --help for more about a command.`, width),
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

function listOf(
  title: string,
  rows: readonly (readonly [string, string])[],
  width: number,
): string | undefined {
  if (rows.length === 0) return undefined;
  const indent = Math.max(...rows.map(([name]) => name.length)) + 4;
  const lines = rows.map(([name, summary]) => `  ${name}`.padEnd(indent) + wrap(summary, width, indent));
  return `${title}:\n${lines.join('\n')}`;
}

/**
 * Returns the text in lines of at most `width` columns, as far as its words allow; all lines but
 * the first are indented.
 */
function wrap(text: string, width: number, indent = 0): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width - indent) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

function examplesOf({ examples }: Command): string | undefined {
  if (examples.length === 0) return undefined;
  return `Examples:\n${examples.map(({ line, what }) => `  # ${what}\n  ${line}`).join('\n')}`;
}
