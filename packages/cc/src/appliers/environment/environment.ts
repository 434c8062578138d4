import type { ProxySettings } from '@haos/host';
import { refuse } from '../../apply/refuse.js';
import type { Applier } from '../../apply/types.js';
import { toPointer } from '../../model/pointer.js';
import { looksSecret } from '../../model/secret-names.js';
import {
  eachEntry,
  type Finding,
  finding,
  fitsProcess,
  invalid,
  noEffect,
  type Rule,
} from '../../rules/rule.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { findEnvironmentLine, formatEnvironmentLine, isVariableName } from './environment-line.js';

const PATH = '/etc/environment';

const K3S_PREFIXES = ['K3S_', 'CONTAINERD_', 'INSTALL_K3S_'];
/** Variables of the installer of k3s that have a meaning on a node. */
const MEANINGFUL = ['INSTALL_K3S_SKIP_START', 'INSTALL_K3S_EXEC'];

/**
 * Writes the variables of `haos.environment` to /etc/environment, which login sessions read. Keeps
 * other lines and the order. A variable that has a line keeps its place; new ones follow in
 * alphabetical order.
 *
 * All users can read that file, so two kinds of variables are not written there: those of k3s,
 * which go to the environment file of k3s, and those that hold a credential, which a note names.
 * Configured commands and HAOS's own downloads still use the latter.
 */
export const environment: Applier = {
  name: 'environment',
  keys: ['haos.environment'],
  async apply(config, context) {
    if (isWrittenByUser(config, PATH)) return;
    const lines: string[] = [];
    for (const [name, value] of variablesOf(config.haos?.environment)) {
      if (isK3sVariable(name)) continue;
      await context.attempt(() => {
        refuse(
          checkVariable(name, value, toPointer(['haos', 'environment', name])),
          'HAOS_CC_ENVIRONMENT_VALUE',
        );
        if (!isConfidential(name, value)) return void lines.push(formatEnvironmentLine(name, value));
        context.note(
          `haos.environment.${name} contains a credential and is not written to ${PATH}, which all users can read`,
        );
      });
    }
    if (lines.length === 0) return;
    const before = context.host.files.readTextIfExists(PATH) ?? '';
    context.host.files.write(PATH, mergeLines(before, lines), { mode: 0o644 });
  },
};

/** Reports invalid variables of `haos.environment`. Messages do not contain their values. */
export const environmentRule: Rule = ({ haos }) =>
  eachEntry(haos?.environment, '/haos/environment', checkVariable);

/** Checks one variable, of k3s or not. */
export function checkVariable(name: string, value: string, pointer: string): Finding[] {
  if (!isVariableName(name))
    return finding(
      'invalid-value',
      pointer,
      `${JSON.stringify(name)} is not a valid variable name`,
      'Use letters, digits and _, and do not begin with a digit.',
      { failure: 'HAOS_CC_ENVIRONMENT_NAME' },
    );
  const problem = checkValue(name, value, pointer);
  if (problem.length > 0 || !name.startsWith('INSTALL_K3S_') || MEANINGFUL.includes(name)) return problem;
  return noEffect(pointer, `${name} has no effect: k3s is part of the image`, 'Remove it.');
}

function checkValue(name: string, value: string, pointer: string): Finding[] {
  if (/[\n\r\0]/.test(value))
    return invalid(
      pointer,
      `${name} contains a line break, which an environment file cannot hold`,
      'Write the value on one line.',
    );
  if (!fitsProcess(`${name}=${value}`))
    return invalid(
      pointer,
      `${name} is more than 128 KiB, so no process can receive it`,
      'Put it into a file.',
    );
  if (isK3sVariable(name) || isConfidential(name, value)) return [];
  if (findEnvironmentLine(name, value) !== undefined) return [];
  return invalid(
    pointer,
    `${name} cannot be written to ${PATH}, so login sessions do not get it`,
    'Use one line of at most 1000 bytes without #, and not both kinds of quotes.',
  );
}

/** Returns whether a variable belongs only to k3s or its installer. */
export function isK3sVariable(name: string): boolean {
  return K3S_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** Returns the proxies for HAOS's own downloads. The lower-case spelling wins, as in curl. */
export function proxyOf(environment: Readonly<Record<string, string | undefined>>): ProxySettings {
  const read = (name: string) => environment[name] || environment[name.toUpperCase()] || undefined;
  return { http: read('http_proxy'), https: read('https_proxy'), no: read('no_proxy') };
}

/**
 * Returns the variables for configured commands: all except those of k3s and those that no process
 * can have.
 */
export function commandEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  const usable = variablesOf(environment).filter(
    ([name, value]) => isVariableName(name) && !isK3sVariable(name) && fitsProcess(`${name}=${value}`),
  );
  return Object.fromEntries(usable);
}

function variablesOf(environment: Readonly<Record<string, string>> | undefined): [string, string][] {
  return Object.entries(environment ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * Decides by the name, or by the value: a URL with a user name or password, as proxies often have.
 */
function isConfidential(name: string, value: string): boolean {
  return looksSecret(name) || (value.includes('@') && /:\/\/[^/?#]*@/.test(value));
}

function mergeLines(text: string, wanted: readonly string[]): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const missing = new Map(wanted.map((line) => [nameOf(line), line]));
  const merged = lines.map((line) => wanted.find((other) => nameOf(other) === nameOf(line)) ?? line);
  for (const line of lines) missing.delete(nameOf(line));
  return `${[...merged, ...missing.values()].join('\n')}\n`;
}

/** Returns the name of the variable that a line sets. pam_env also reads a leading `export`. */
function nameOf(line: string): string | undefined {
  return /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=/.exec(line)?.[1];
}
