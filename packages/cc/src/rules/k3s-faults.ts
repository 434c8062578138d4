import { createRedactor } from '@haos/host';
import leven from 'leven';
import type { Haos } from '../generated/types.js';
import { FLAGS_OF } from '../k3s/flag-list.js';
import { type K3sCommand, k3sFlagNames } from '../k3s/flags.js';
import { isKnownFlag, type K3sArgument, parseK3sArguments } from '../k3s/parse-arguments.js';
import { isSecretFlag, secretsOf } from '../model/secrets.js';
import { REMOVED_K3S_FLAGS } from './removed-k3s-flags.js';
import type { Finding } from './rule.js';

/** The values of `--disable` (k3s, pkg/cli/cmds: DisableItems). */
const COMPONENTS = ['coredns', 'servicelb', 'traefik', 'local-storage', 'metrics-server', 'runtimes'];

/** A finding without its place. */
export type Fault = Omit<Finding, 'pointer'>;

/** Hides the secrets of the configuration in messages and hints. */
export function withoutSecrets(findings: readonly Finding[], haos: Haos): Finding[] {
  const redact = createRedactor(secretsOf({ haos }));
  return findings.map((finding) => ({
    ...finding,
    message: redact(finding.message),
    ...(finding.hint === undefined ? {} : { hint: redact(finding.hint) }),
  }));
}

/** A first word that is not a command which runs a node. */
export function wrongCommand(word: string): Fault {
  if (/^\s*(?:server|agent)\s/.test(word))
    return { ...JOINED, hint: `Write the list [${listOf(word).map(quote).join(', ')}].` };
  return {
    code: 'invalid-k3s-args',
    message: 'k3s runs a node with server or agent, but this is another command',
    hint: 'Begin with `- server` or `- agent`. Use run_cmd for other commands of k3s.',
  };
}

/** Names of nodes are DNS subdomains (Kubernetes documentation, "Object Names and IDs"). */
export function underscore(variable: string, name: string): Fault {
  return {
    code: 'invalid-k3s-args',
    message: 'the name of a node cannot have an underscore, and k3s does not start with this one',
    hint: `Write ${variable}=${name.replaceAll('_', '-')}.`,
  };
}

/** k3s gets an entry as one argument, so a blank in it separates nothing. */
const JOINED: Fault = {
  code: 'joined-argument',
  message: 'k3s reads this entry as one argument, which it does not know',
};

/** An entry that holds several arguments. */
export function joined(word: string): Fault {
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

/** A word that is neither a flag nor the value of one. */
export function stray({ name }: K3sArgument, before: K3sArgument | undefined): Fault {
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

/** A flag that the pinned release does not have, which stays visible if it may be a secret. */
export function unknownFlag(argument: K3sArgument, command: K3sCommand | undefined): Fault[] {
  const fault = unknown(argument, command);
  return isSecretFlag(argument.name) ? [fault, visible(argument.name)] : [fault];
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

/** The components in the value of `--disable` that k3s does not have. */
export function unknownComponents(value: string): Fault[] {
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
