import type { Command, Option } from '../command.js';
import { type ListedCommand, listCommands } from '../list-commands.js';
import { type Candidates, candidatesOf, operandsOf, optionsOf, pathOf } from './candidates.js';

/** Completion for fish, from 3.0 on. */
export function formatFish(program: Command): string {
  const { name } = program;
  const all = listCommands([program]);
  const paths = all.slice(1).map((listed) => quote(pathOf(listed)));
  const upper = name.toUpperCase();
  return `# Completion of ${name} for fish, made by \`${name} completion fish\`.

# Whether the words before the cursor call this command; the first other word ends its name.
function __${name}_calls
    set -l path
    for word in (commandline -opc)[2..-1]
        contains -- "$path $word" ${paths.join(' ')}; or break
        set path "$path $word"
    end
    test "$path" = "$argv"
end

# The same, when nothing but the command was typed.
function __${name}_begins
    set -l words (commandline -opc)[2..-1]
    test " $words" = "$argv"; or test -z "$words" -a -z "$argv"
end

complete -c ${name} -f
${all.flatMap((listed) => linesOf(name, listed)).join('\n')}
complete -c ${upper} -w ${name}
`;
}

function linesOf(program: string, listed: ListedCommand): string[] {
  const { command } = listed;
  const calls = `complete -c ${program} -n "__${program}_calls ${quote(pathOf(listed))}"`;
  const begins = `complete -c ${program} -n "__${program}_begins ${quote(pathOf(listed))}"`;
  const operands = operandsOf(command);
  return [
    ...(command.commands ?? []).map(({ name, summary }) => `${begins} -a ${name} -d ${quote(summary)}`),
    ...optionsOf(command).map((option) => `${calls} ${optionArguments(option)}`),
    ...(operands && operands.kind !== 'unknown' ? [`${calls} ${candidateArguments(operands)}`] : []),
  ];
}

function optionArguments(option: Option): string {
  const { name, short, summary } = option;
  const candidates = candidatesOf(option);
  const value = candidates ? ` -r ${candidateArguments(candidates)}` : '';
  return `-l ${name}${short ? ` -s ${short}` : ''}${value} -d ${quote(summary)}`;
}

function candidateArguments(candidates: Candidates): string {
  switch (candidates.kind) {
    case 'words':
      return `-f -a ${quote(candidates.words.join(' '))}`;
    case 'files':
      return '-F';
    case 'directories':
      return "-f -a '(__fish_complete_directories)'";
    case 'unknown':
      return '-f';
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
