import { createRedactor } from '@haos/host';
import leven from 'leven';
import { commandLine, installerWords, isNodeCommand } from '../appliers/k3s/k3s-arguments.js';
import type { Haos } from '../generated/types.js';
import { FLAGS_OF } from '../k3s/flag-list.js';
import { type K3sCommand, k3sFlagNames } from '../k3s/flags.js';
import { type K3sArgument, parseK3sArguments } from '../k3s/parse-arguments.js';
import { isSecretFlag, secretsOf } from '../model/secrets.js';
import { REMOVED_FLANNEL_BACKENDS, REMOVED_K3S_FLAGS } from './removed-k3s-flags.js';
import type { Finding, Rule } from './rule.js';

/** The values of `--disable` (k3s, pkg/cli/cmds: DisableItems). */
const COMPONENTS = ['coredns', 'servicelb', 'traefik', 'local-storage', 'metrics-server', 'runtimes'];

/** The values that Go's strconv.ParseBool accepts. */
const BOOLEANS = ['1', 't', 'T', 'true', 'TRUE', 'True', '0', 'f', 'F', 'false', 'FALSE', 'False'];

// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression looks for them
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

/** A finding without its place. */
type Fault = Omit<Finding, 'pointer'>;

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
  const redact = createRedactor(secretsOf({ haos }));
  return findings.map((finding) => ({
    ...finding,
    message: redact(finding.message),
    ...(finding.hint === undefined ? {} : { hint: redact(finding.hint) }),
  }));
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

/** Names of nodes are DNS subdomains (Kubernetes documentation, "Object Names and IDs"). */
function underscore(variable: string, name: string): Fault {
  return {
    code: 'invalid-k3s-args',
    message: 'the name of a node cannot have an underscore, and k3s does not start with this one',
    hint: `Write ${variable}=${name.replaceAll('_', '-')}.`,
  };
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
  if (/^\s*(?:server|agent)\s/.test(word))
    return { ...JOINED, hint: `Write the list [${listOf(word).map(quote).join(', ')}].` };
  return {
    code: 'invalid-k3s-args',
    message: 'k3s runs a node with server or agent, but this is another command',
    hint: 'Begin with `- server` or `- agent`. Use run_cmd for other commands of k3s.',
  };
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
        : [argument.kind === 'stray' ? stray(argument, parsed[position - 1]) : unknown(argument, command)];
    const stays = argument.kind === 'unknown' && isSecretFlag(argument.name);
    const shown = stays ? [visible(argument.name)] : [];
    return [...faults, ...shown].map((fault): [number, Fault] => [argument.index, fault]);
  });
}

const CONTROLS: Fault = {
  code: 'invalid-k3s-args',
  blocksK3s: true,
  message: 'an argument of k3s has a line break or another control character',
  hint: 'Write it on one line.',
};

/** k3s gets an entry as one argument, so a blank in it separates nothing. */
const JOINED: Fault = {
  code: 'joined-argument',
  message: 'k3s reads this entry as one argument, which it does not know',
};

function joined(word: string): Fault {
  const entries = argumentsIn(word).flatMap(separate);
  const count = entries.length === 1 ? 'it as' : `${entries.length} entries:`;
  return { ...JOINED, hint: `Write ${count} ${entries.map((each) => JSON.stringify(each)).join(', ')}.` };
}

/** Splits an entry into its arguments at blanks before a dash. */
function argumentsIn(word: string): string[] {
  return word.trim().split(/\s+(?=--?[A-Za-z])/);
}

/** Splits a whole command into entries. A flag and its value may be two. */
function listOf(word: string): string[] {
  return argumentsIn(word).flatMap((text) => {
    const [, flag = '', value] = /^(--?\S+)\s+(\S+)$/.exec(text) ?? [];
    const [argument] = parseK3sArguments([flag]);
    const isPair = value !== undefined && !isSecretFlag(argument?.name ?? '');
    return isPair ? [flag, value] : separate(text);
  });
}

/** Formats a word as an item of a YAML list, in quotes if it needs them. */
function quote(word: string): string {
  return /^[\w./-][\w./+@%=-]*$/.test(word) ? word : JSON.stringify(word);
}

/** Splits one flag and its value into entries. Does not repeat a secret. */
function separate(text: string): string[] {
  const [, flag = text, value] = /^(-\S+?)(?:=|\s+)([\s\S]*)$/.exec(text) ?? [];
  if (value === undefined) return text.split(/\s+/);
  const [argument] = parseK3sArguments([flag]);
  if (argument?.value !== undefined) return [flag, ...value.split(/\s+/)];
  return [`${flag}=${isSecretFlag(argument?.name ?? '') ? '...' : value}`];
}

function stray({ name }: K3sArgument, before: K3sArgument | undefined): Fault {
  if (/^\s*--?[A-Za-z]\S*\s|^\s+--?[A-Za-z]/.test(name)) return joined(name);
  const flag = before?.flag;
  const isSplit =
    flag?.takesValue === true && /^[\w.-]+=/.test(name) && before?.value?.includes('=') === true;
  return {
    code: 'invalid-k3s-args',
    message: 'this word is neither a flag nor the value of a flag',
    hint: isKnownFlag(`--${name.split('=')[0]}`)
      ? `Write --${name} if the flag is meant.`
      : !flag
        ? 'Remove it.'
        : isSplit
          ? `Put --${flag.name} and its whole value in quotes: without them, a comma ends the entry.`
          : flag.takesValue
            ? `Remove it${flag.isRepeatable ? `, or repeat --${flag.name} before it` : ''}.`
            : `Remove it, or write --${flag.name}=false to switch that flag off.`,
  };
}

function unknown({ name }: K3sArgument, command: K3sCommand | undefined): Fault {
  const removed = REMOVED_K3S_FLAGS.get(name);
  if (removed !== undefined)
    return {
      code: 'invalid-k3s-args',
      message: `k3s no longer has the flag --${name}`,
      hint: removed.hint,
    };
  const similar = closest(name, k3sFlagNames(command ?? 'server'));
  return {
    code: 'unknown-k3s-flag',
    severity: 'warning',
    message: `k3s ${FLAGS_OF} does not know the flag --${name} and does not start with it`,
    hint: similar === undefined ? 'Remove it.' : `Did you mean --${similar}?`,
  };
}

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
  return name === 'disable' ? checkComponents(value) : [];
}

/**
 * A value may have blanks, as a cron expression has; but not what k3s would take for the next flag.
 */
function hasFurtherFlag(value: string): boolean {
  return /\s-/.test(value) && value.split(/\s+/).some((word, index) => index > 0 && isKnownFlag(word));
}

function isKnownFlag(word: string): boolean {
  return /^--[a-z]/.test(word) && parseK3sArguments([word])[0]?.kind === 'flag';
}

function checkComponents(value: string): Fault[] {
  return value
    .split(',')
    .filter((component) => !COMPONENTS.includes(component.trim()))
    .map((component) => {
      const similar = closest(component.trim(), COMPONENTS);
      return {
        code: 'invalid-k3s-args',
        severity: 'warning',
        message: `k3s has no component ${JSON.stringify(component.trim())} to disable`,
        hint: similar === undefined ? `Use ${COMPONENTS.join(', ')}.` : `Did you mean ${similar}?`,
      };
    });
}

function visible(name: string): Fault {
  return {
    code: 'invalid-k3s-args',
    severity: 'warning',
    message: `--${name} stays on the command line, which every user of the node can read`,
    hint: 'Write it into a file of your own in /etc/rancher/k3s/config.yaml.d, with permissions 0600.',
  };
}

function closest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((name) => ({ name, distance: leven(word, name) }));
  const [best] = ranked.sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.name : undefined;
}
