import { commandLine, installerWords, isNodeCommand } from '../appliers/k3s/k3s-arguments.js';
import type { Haos } from '../generated/types.js';
import type { K3sCommand } from '../k3s/flags.js';
import { isKnownFlag, type K3sArgument, parseK3sArguments } from '../k3s/parse-arguments.js';
import {
  type Fault,
  joined,
  stray,
  underscore,
  unknownComponents,
  unknownFlag,
  withoutSecrets,
  wrongCommand,
} from './k3s-faults.js';
import { REMOVED_FLANNEL_BACKENDS } from './removed-k3s-flags.js';
import type { Finding, Rule } from './rule.js';

/** The values that Go's strconv.ParseBool accepts. */
const BOOLEANS = ['1', 't', 'T', 'true', 'TRUE', 'True', '0', 'f', 'F', 'false', 'FALSE', 'False'];

// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression looks for them
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

export const k3sArgumentsRule: Rule = ({ haos }) => checkK3sArguments(haos ?? {});

/**
 * Checks the arguments of k3s against the flags of the pinned release. An error means that k3s
 * would not start. A flag that this release does not have may belong to a later release, so it is a
 * warning.
 */
export function checkK3sArguments(haos: Haos): Finding[] {
  const findings = [
    ...checkInstallerArguments(haos),
    ...checkGivenArguments(haos),
    ...checkNodeNameVariable(haos),
  ];
  if (findings.length === 0) return findings;
  return withoutSecrets(findings, haos);
}

function checkGivenArguments(haos: Haos): Finding[] {
  const given = (haos.k3sArgs ?? [])
    .map((word, index) => ({ word, pointer: `/haos/k3sArgs/${index}` }))
    .filter(({ word }) => word !== '');
  const [first] = given;
  if (first === undefined) return [];
  const hasCommand = !first.word.startsWith('-');
  const fault = hasCommand ? checkCommand(first.word) : NO_COMMAND;
  const findings = fault === undefined ? [] : [{ ...fault, pointer: first.pointer }];
  if (hasCommand && fault !== undefined) return findings;
  const flags = hasCommand ? given.slice(1) : given;
  const words = flags.map(({ word }) => word);
  const faults = checkWords(words, commandOf(haos));
  return [...findings, ...faults.map(([index, each]) => ({ ...each, pointer: flags[index]!.pointer }))];
}

function checkInstallerArguments(haos: Haos): Finding[] {
  if (!haos.environment?.INSTALL_K3S_EXEC) return [];
  const words = installerWords(haos)?.filter((word) => word !== '');
  const pointer = '/haos/environment/INSTALL_K3S_EXEC';
  if (words === undefined) return [{ ...UNFINISHED, pointer }];
  const [first = '-'] = words;
  const hasCommand = !first.startsWith('-');
  const fault = hasCommand ? checkCommand(first) : undefined;
  if (fault) return [{ ...fault, pointer }];
  const faults = checkWords(hasCommand ? words.slice(1) : words, commandOf(haos));
  return faults.map(([, each]) => ({ ...each, pointer }));
}

function checkNodeNameVariable({ environment }: Haos): Finding[] {
  const name = environment?.K3S_NODE_NAME ?? '';
  if (!name.includes('_')) return [];
  return [{ ...underscore('K3S_NODE_NAME', name), pointer: '/haos/environment/K3S_NODE_NAME' }];
}

function commandOf(haos: Haos): K3sCommand | undefined {
  const { command } = commandLine(haos);
  return isNodeCommand(command) ? command : undefined;
}

const UNFINISHED: Fault = {
  code: 'invalid-k3s-args',
  blocksK3s: true,
  message: 'it has a quote that is not closed',
  hint: 'Close the quote, or put a backslash before it.',
};

const NO_COMMAND: Fault = {
  code: 'invalid-k3s-args',
  severity: 'warning',
  message: 'the arguments should begin with server or agent',
  hint: 'Add `- server` or `- agent` as the first entry.',
};

function checkCommand(word: string): Fault | undefined {
  if (isNodeCommand(word)) return undefined;
  if (CONTROL_CHARACTER.test(word)) return CONTROLS;
  return wrongCommand(word);
}

/** Returns faults with the index of their word. */
function checkWords(words: readonly string[], command: K3sCommand | undefined): [number, Fault][] {
  const parsed = parseK3sArguments(words);
  return parsed.flatMap((argument, position) => {
    if (argument.words.some((word) => CONTROL_CHARACTER.test(word)))
      return [[argument.index, CONTROLS] as [number, Fault]];
    const faults =
      argument.kind === 'flag'
        ? [...checkFlag(argument, command), ...checkValue(argument)]
        : argument.kind === 'stray'
          ? [stray(argument, parsed[position - 1])]
          : unknownFlag(argument, command);
    return faults.map((fault): [number, Fault] => [argument.index, fault]);
  });
}

const CONTROLS: Fault = {
  code: 'invalid-k3s-args',
  blocksK3s: true,
  message: 'an argument of k3s has a line break or another control character',
  hint: 'Write it on one line.',
};

function checkFlag({ name, flag }: K3sArgument, command: K3sCommand | undefined): Fault[] {
  if (flag === undefined || command === undefined || flag.commands.includes(command)) return [];
  const other = command === 'agent' ? 'server' : 'agent';
  return [
    {
      code: 'invalid-k3s-args',
      message: `--${name} is a flag of \`k3s ${other}\`, and this node is ${command === 'agent' ? 'an agent' : 'a server'}`,
      hint: `Remove it, or begin the arguments with \`- ${other}\`.`,
    },
  ];
}

function checkValue({ name, flag, value, words }: K3sArgument): Fault[] {
  const fault = (message: string, hint: string): Fault[] => [{ code: 'invalid-k3s-args', message, hint }];
  if (value === undefined) return fault(`--${name} needs a value`, `Write --${name}=VALUE.`);
  if (flag?.takesValue === false && !BOOLEANS.includes(value))
    return fault(`--${name} is either true or false`, `Write --${name} or --${name}=false.`);
  if (words.length === 2 && !name.endsWith('-arg') && isKnownFlag(value))
    return fault(`--${name} takes the next flag as its value`, `Write --${name}=VALUE.`);
  if (words.length === 1 && hasFurtherFlag(value)) return [joined(words[0]!)];
  if (name === 'node-name' && value.includes('_')) return [underscore('--node-name', value)];
  if (name === 'flannel-backend' && REMOVED_FLANNEL_BACKENDS.includes(value))
    return fault(
      `k3s no longer has the flannel backend ${value}`,
      'Write --flannel-backend=wireguard-native on every server.',
    );
  return name === 'disable' ? unknownComponents(value) : [];
}

/**
 * A value may have blanks, as a cron expression has; but not what k3s would take for the next flag.
 */
function hasFurtherFlag(value: string): boolean {
  return /\s-/.test(value) && value.split(/\s+/).some((word, index) => index > 0 && isKnownFlag(word));
}
