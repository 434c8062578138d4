import { RANCHER } from '@haos/system';
import type { CloudConfig } from './generated/types.js';
import { namesOf } from './names.js';
import { configDefinition, type KeyDefinition } from './schema.js';

/** Names of environment variables and flags whose value is a secret. */
const SECRET_NAME = /token|secret|passw|passphrase|credential|api_?key|access_?key/i;

/**
 * Every secret in a configuration: values of secret keys, of environment variables and k3s arguments that are named like one,
 * and passwords inside URLs. What is shown to anybody is cleaned of these.
 */
export function secretsOf(config: CloudConfig): string[] {
  const found = new Set<string>();
  collect(config as Record<string, unknown>, configDefinition, found);
  for (const [name, value] of Object.entries(config.haos?.environment ?? {})) {
    if (SECRET_NAME.test(name)) found.add(value);
  }
  for (const secret of secretArguments(config.haos?.k3sArgs ?? [])) found.add(secret);
  found.delete('');
  // Part of every path of HAOS: blanking it out there would show that it is the password.
  found.delete(RANCHER);
  return [...found];
}

function collect(tree: Record<string, unknown>, definition: KeyDefinition, found: Set<string>): void {
  for (const [name, value] of Object.entries(tree)) {
    const key = namesOf(definition).byName.get(name);
    if (!key) continue;
    if (key.kind === 'section') collect(value as Record<string, unknown>, key, found);
    else if (key.kind === 'items')
      for (const item of value as Record<string, unknown>[]) collect(item, key, found);
    else for (const text of textsOf(value)) addSecrets(key, text, found);
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null
    ? Object.values(value).filter((text) => typeof text === 'string')
    : [];
}

function addSecrets(key: KeyDefinition, text: string, found: Set<string>): void {
  if (key.secret) found.add(text);
  for (const match of text.matchAll(/\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/gi)) {
    found.add(match[1]!);
    found.add(decode(match[1]!));
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `--token=X` and `--token X`. */
function secretArguments(args: readonly string[]): string[] {
  return args.flatMap((argument, index) => {
    const [flag = '', ...value] = argument.split('=');
    if (!flag.startsWith('-') || !SECRET_NAME.test(flag) || /-file$/.test(flag)) return [];
    return value.length > 0 ? [value.join('=')] : (args[index + 1] ?? []);
  });
}

/** Whether a key name looks like that of a secret, for texts that could not be parsed. */
export function looksSecret(name: string): boolean {
  return /^pass$/i.test(name) || SECRET_NAME.test(name);
}
