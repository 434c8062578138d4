import type { ProxySettings } from '@haos/host';
import { refuse } from '../../apply/refuse.js';
import type { Applier } from '../../apply/types.js';
import { toPointer } from '../../model/pointer.js';
import { looksSecret } from '../../model/secrets.js';
import { eachEntry, type Finding, fitsProcess, type Rule } from '../../rules/rule.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { findEnvironmentLine, formatEnvironmentLine, isVariableName } from './environment-line.js';

const PATH = '/etc/environment';

/**
 * Puts the variables of `haos.environment` into /etc/environment, which log-in sessions read. Lines of others and the order
 * stay; a variable that has a line keeps its place, new ones follow in alphabetical order.
 *
 * Everyone can read that file, so two kinds of variables are not written there: those of k3s, which get into k3s's own
 * environment file, and those that hold a credential, which a note names. Configured commands and HAOS's own downloads use
 * the latter all the same.
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
          `haos.environment.${name} holds a credential and is not written to ${PATH}, which everyone can read`,
        );
      });
    }
    if (lines.length === 0) return;
    const before = context.host.files.readTextIfExists(PATH) ?? '';
    context.host.files.write(PATH, mergeLines(before, lines), { mode: 0o644 });
  },
};

/** What is wrong with the variables of `haos.environment`; no message has their values. */
export const environmentRule: Rule = ({ haos }) =>
  eachEntry(haos?.environment, '/haos/environment', checkVariable);

/** What is wrong with one variable, of k3s or not. */
export function checkVariable(name: string, value: string, pointer: string): Finding[] {
  if (!isVariableName(name))
    return [
      {
        code: 'invalid-value',
        pointer,
        failure: 'HAOS_CC_ENVIRONMENT_NAME',
        message: `${JSON.stringify(name)} is not the name of a variable`,
        hint: 'use letters, digits and _, and no digit at the beginning',
      },
    ];
  const problem = valueProblem(name, value);
  if (problem !== undefined) return [{ code: 'invalid-value', pointer, ...problem }];
  if (!/^INSTALL_K3S_(?!(?:SKIP_START|EXEC)$)/.test(name)) return [];
  return [
    {
      code: 'no-effect',
      severity: 'warning',
      pointer,
      message: `${name} has no effect: k3s is part of the image`,
      hint: 'remove it',
    },
  ];
}

function valueProblem(name: string, value: string): Pick<Finding, 'message' | 'hint'> | undefined {
  if (/[\n\r\0]/.test(value))
    return {
      message: `${name} has a line break, which no environment file can hold`,
      hint: 'write one line',
    };
  if (!fitsProcess(`${name}=${value}`))
    return {
      message: `${name} has more than 128 KiB, which no process can be given`,
      hint: 'put it into a file',
    };
  if (isK3sVariable(name) || isConfidential(name, value)) return undefined;
  if (findEnvironmentLine(name, value) !== undefined) return undefined;
  return {
    message: `${name} cannot be written to ${PATH}, so log-ins do not get it`,
    hint: 'use one line of at most 1000 bytes without #, and not both kinds of quotes',
  };
}

/** Whether a variable is k3s's own or its installer's, and nobody else's business. */
export function isK3sVariable(name: string): boolean {
  return /^(K3S|CONTAINERD|INSTALL_K3S)_/.test(name);
}

/** The proxies that HAOS's own downloads use. Of two spellings the lower-case one wins, as in curl. */
export function proxyOf(environment: Readonly<Record<string, string | undefined>>): ProxySettings {
  const read = (name: string) => environment[name] || environment[name.toUpperCase()] || undefined;
  const http = read('http_proxy');
  const https = read('https_proxy');
  const no = read('no_proxy');
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    ...(no === undefined ? {} : { no }),
  };
}

/** The variables that configured commands get: all but those of k3s and those that no process can have. */
export function commandEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  const usable = variablesOf(environment).filter(
    ([name, value]) => isVariableName(name) && !isK3sVariable(name) && fitsProcess(`${name}=${value}`),
  );
  return Object.fromEntries(usable);
}

function variablesOf(environment: Readonly<Record<string, string>> | undefined): [string, string][] {
  return Object.entries(environment ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** By its name, or because it is a URL with a user name or password, as proxies often are. */
function isConfidential(name: string, value: string): boolean {
  return looksSecret(name) || /:\/\/[^/?#]*@/.test(value);
}

function mergeLines(text: string, wanted: readonly string[]): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const missing = new Map(wanted.map((line) => [nameOf(line), line]));
  const merged = lines.map((line) => wanted.find((other) => nameOf(other) === nameOf(line)) ?? line);
  for (const line of lines) missing.delete(nameOf(line));
  return `${[...merged, ...missing.values()].join('\n')}\n`;
}

/** The variable that a line sets; pam_env reads a leading `export` too. */
function nameOf(line: string): string | undefined {
  return /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=/.exec(line)?.[1];
}
