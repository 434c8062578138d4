import type { Command, Option } from './command.js';
import type { ListedCommand } from './list-commands.js';

const EXIT_STATUSES: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'failed'],
  ['2', 'wrong usage'],
  ['3', 'the configuration is invalid'],
  ['4', 'done, but some steps failed'],
  ['5', 'refused: not root, not a HAOS system, locked, or a check failed'],
  ['10', 'haos config plan: something would change'],
  ['130', 'interrupted'],
];

const HELP: Option = { name: 'help', short: 'h', summary: 'print a short form of this' };

/** Such as `haos-config-plan`. */
export function nameManPage(path: readonly Command[]): string {
  return path.map(({ name }) => name).join('-');
}

/**
 * The manual page of a command in the language of man(7). Without a date: two builds give the same
 * page.
 */
export function formatManPage({ path, called, command }: ListedCommand, version: string): string {
  const name = nameManPage(path);
  const sections = [
    `.TH ${name.toUpperCase()} 1 "" "haos ${text(version)}" "HAOS"`,
    `.SH NAME\n${option(name)} \\- ${text(command.summary)}`,
    `.SH SYNOPSIS\n${synopsisOf(command, called)}`,
    ...(command.description ? [`.SH DESCRIPTION\n${text(command.description)}`] : []),
    ...(command.commands
      ? [`.SH COMMANDS\n${command.commands.map((inside) => entryOf(name, inside)).join('\n')}`]
      : []),
    `.SH OPTIONS\n${[...command.options, HELP].map(optionOf).join('\n')}`,
    `.SH EXIT STATUS\n${EXIT_STATUSES.map(([status, meaning]) => tagged(status, meaning)).join('\n')}`,
    `.SH EXAMPLES\n${command.examples.map(({ line, what }) => exampleOf(line, what)).join('\n.PP\n')}`,
    ...seeAlso(path),
  ];
  return `${sections.join('\n')}\n`;
}

function synopsisOf(command: Command, called: string): string {
  const lines = [
    ...(command.load
      ? [
          `.B ${option(called)}\n[\\fIOPTION\\fR]...${command.operands ? ` \\fI${text(command.operands)}\\fR` : ''}`,
        ]
      : []),
    ...(command.commands ? [`.B ${option(called)}\n\\fICOMMAND\\fR [\\fIARGUMENT\\fR]...`] : []),
  ];
  return lines.join('\n.br\n');
}

function entryOf(parent: string, { name, summary }: Command): string {
  return tagged(`\\fB${option(`${parent}-${name}`)}\\fR(1)`, summary);
}

function optionOf({ name, short, value, summary }: Option): string {
  const names = [...(short ? [`-${short}`] : []), `--${name}`].map((known) => `\\fB${option(known)}\\fR`);
  return tagged(`${names.join(', ')}${value ? ` \\fI${text(value)}\\fR` : ''}`, summary);
}

/** `tag` is roff already. */
function tagged(tag: string, meaning: string): string {
  return `.TP\n${tag}\n${text(meaning)}`;
}

function exampleOf(line: string, what: string): string {
  return `${text(what)}:\n.PP\n.RS 4\n.nf\n${option(line)}\n.fi\n.RE`;
}

function seeAlso(path: readonly Command[]): string[] {
  if (path.length < 2) return [];
  return [`.SH SEE ALSO\n\\fB${option(nameManPage(path.slice(0, -1)))}\\fR(1)`];
}

/** Prose: nothing in it is a request or an escape of roff. */
function text(prose: string): string {
  return prose.replaceAll('\\', '\\e').replace(/^(?=[.'])/gm, '\\&');
}

/** What is typed: a dash is a dash, also when the page is copied from. */
function option(typed: string): string {
  return text(typed)
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha');
}
