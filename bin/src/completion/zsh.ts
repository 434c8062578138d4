import type { Command, Option } from '../command.js';
import { type ListedCommand, listCommands } from '../list-commands.js';
import { type Candidates, candidatesOf, operandsOf, optionsOf } from './candidates.js';

/** Completion for zsh with compinit: a file `_haos` of fpath, or sourced. */
export function formatZsh(program: Command): string {
  const { name } = program;
  const names = `${name} ${name.toUpperCase()}`;
  return `#compdef ${names}
# Completion of ${name} for zsh, made by \`${name} completion zsh\`.
${listCommands([program]).map(functionOf).join('\n')}
if [[ \${funcstack[1]} == _${name} ]]; then
	_${name} "$@"
else
	compdef _${name} ${names}
fi
`;
}

/** One function for each command, which calls those below it. */
function functionOf({ path, command }: ListedCommand): string {
  const below = command.commands ?? [];
  const specs = [
    ...optionsOf(command).flatMap((option) => specsOf(option, below.length > 0)),
    ...operandSpecs(command),
  ];
  const lines = [
    `${functionName(path)}() {`,
    '\tlocal curcontext=$curcontext state line ret=1',
    '\ttypeset -A opt_args',
    `\t_arguments -C ${specs.map((spec) => `\\\n\t\t${quote(spec)} `).join('')}&& ret=0`,
  ];
  if (below.length > 0)
    lines.push(
      '\tcase $state in',
      '\tcommand)',
      '\t\tlocal -a commands=(',
      ...below.map(({ name, summary }) => `\t\t\t${quote(`${name}:${summary}`)}`),
      '\t\t)',
      '\t\t_describe -t commands command commands && ret=0',
      '\t\t;;',
      '\targument)',
      '\t\tcase $line[1] in',
      ...below.map((inside) => `\t\t${inside.name}) ${functionName([...path, inside])} && ret=0 ;;`),
      '\t\tesac',
      '\t\t;;',
      '\tesac',
    );
  return [...lines, '\treturn ret', '}'].join('\n');
}

function functionName(path: readonly Command[]): string {
  return `_${path.map(({ name }) => name.replaceAll('-', '_')).join('_')}`;
}

/** A command does not come behind an option. */
function specsOf(option: Option, isBeforeCommand: boolean): string[] {
  const { name, short, value, many, summary } = option;
  const candidates = candidatesOf(option);
  const tail = `[${escapeSpec(summary)}]${candidates ? `:${escapeSpec(value!)}:${action(candidates)}` : ''}`;
  const spec = (known: string, other: string | undefined) => {
    const excluded = [...(other ? [other] : []), ...(isBeforeCommand ? ['1', '*'] : [])].join(' ');
    return `${excluded ? `(${excluded})` : ''}${many ? '*' : ''}${known}${tail}`;
  };
  const long = `--${name}`;
  return [
    spec(candidates ? `${long}=` : long, short && `-${short}`),
    ...(short ? [spec(`-${short}`, long)] : []),
  ];
}

function operandSpecs(command: Command): string[] {
  if (command.commands) return ['(-)1: :->command', '(-)*:: :->argument'];
  const operands = operandsOf(command);
  return operands ? [`*:${escapeSpec(command.operands!)}:${action(operands)}`] : [];
}

function action(candidates: Candidates): string {
  switch (candidates.kind) {
    case 'words':
      return `(${candidates.words.join(' ')})`;
    case 'files':
      return '_files';
    case 'directories':
      return '_files -/';
    case 'unknown':
      return ' ';
  }
}

/** In a specification of _arguments. */
function escapeSpec(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
