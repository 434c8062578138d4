import type { Command } from '../command.js';
import { type ListedCommand, listCommands } from '../list-commands.js';
import { type Candidates, candidatesOf, operandsOf, optionsOf, pathOf } from './candidates.js';

/**
 * Completion for bash, from 4.4 on, without the package bash-completion. Names of files are left to
 * bash itself, which quotes them.
 */
export function formatBash(program: Command): string {
  const all = listCommands([program]);
  const { name } = program;
  return `# Completion of ${name} for bash, made by \`${name} completion bash\`.
_${name}() {
	local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} path='' words='' index
	# Bash takes --option=value for three words.
	if [[ $current == = ]]; then
		current=''
	elif [[ $previous == = ]]; then
		previous=\${COMP_WORDS[COMP_CWORD - 2]}
	fi
	for ((index = 1; index < COMP_CWORD; index++)); do
		case "$path \${COMP_WORDS[index]}" in
		${all
      .slice(1)
      .map((listed) => quote(pathOf(listed)))
      .join(' | ')}) path+=" \${COMP_WORDS[index]}" ;;
		*) break ;;
		esac
	done
	COMPREPLY=()
	case "$path $previous" in
${all.flatMap(valueArms).join('\n')}
	*)
		case "$path $current" in
${all.map(optionArm).join('\n')}
		*)
			case $path in
${all.flatMap(operandArms).join('\n')}
			esac
			;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _${name} ${name} ${name.toUpperCase()}
`;
}

function quote(word: string): string {
  return `'${word}'`;
}

/** What follows an option with a value. */
function valueArms(listed: ListedCommand): string[] {
  return listed.command.options.flatMap((option) => {
    const candidates = candidatesOf(option);
    if (candidates === undefined) return [];
    return `\t${quote(`${pathOf(listed)} --${option.name}`)}) ${action(candidates)} ;;`;
  });
}

function optionArm(listed: ListedCommand): string {
  const names = optionsOf(listed.command).map(({ name }) => `--${name}`);
  return `\t\t${quote(`${pathOf(listed)} -`)}*) words='${names.join(' ')}' ;;`;
}

/** Commands come before options. */
function operandArms(listed: ListedCommand): string[] {
  const { command } = listed;
  const below = (command.commands ?? []).map(({ name }) => name);
  const operands = operandsOf(command);
  if (below.length === 0 && operands === undefined) return [];
  const act = operands ? action(operands) : `((index < COMP_CWORD)) || words='${below.join(' ')}'`;
  return [`\t\t\t${quote(pathOf(listed))}) ${act} ;;`];
}

/** By themselves, names of files come when nothing else does. */
function action(candidates: Candidates): string {
  switch (candidates.kind) {
    case 'words':
      return `words='${candidates.words.join(' ')}'`;
    case 'files':
      return 'compopt -o default && return';
    case 'directories':
      return 'compopt -o dirnames && return';
    case 'unknown':
      return 'return';
  }
}
