import { RANCHER } from '@haos/system/internal';
import leven from 'leven';
import { splitWords } from '../appliers/k3s/shell-words.js';
import { configDefinition } from '../generated/keys.js';
import type { CloudConfig } from '../generated/types.js';
import { findK3sFlag } from '../k3s/flags.js';
import type { KeyDefinition } from './key.js';
import { namesOf } from './names.js';
import { hasSecretName } from './secret-names.js';

/**
 * Names of settings inside the value of a flag, as in `name=N,joinKey=X`, whose value is a secret.
 */
const SECRET_SETTING = /(?:(?:join|auth|api|access|secret)[_-]?key|passw(?:or)?d|passphrase|secret|token)$/i;

/** The flags of k3s whose value is a secret. No other known flag has one. */
const SECRET_FLAGS = [
  'token',
  'agent-token',
  'datastore-endpoint',
  'etcd-s3-access-key',
  'etcd-s3-secret-key',
  'etcd-s3-session-token',
  'vpn-auth',
];

/**
 * Returns every secret in a configuration: values of secret keys, values of environment variables
 * and k3s arguments with a secret-like name, passwords inside URLs, private keys, and files that
 * only their owner may read. Any output to users is redacted with them.
 */
export function secretsOf(config: CloudConfig): string[] {
  const found = new Set<string>();
  collect(config, configDefinition, found);
  const { environment, k3sArgs } = config.haos ?? {};
  for (const [name, value] of Object.entries(environment ?? {})) {
    if (typeof value === 'string' && hasSecretName(name)) found.add(value);
  }
  const installer = environment?.INSTALL_K3S_EXEC;
  for (const words of [textsOf(k3sArgs), typeof installer === 'string' ? installerWords(installer) : []])
    for (const secret of secretArguments(words)) found.add(secret);
  for (const file of listOf(config.writeFiles)) {
    if (typeof file?.content === 'string' && isPrivate(String(file.permissions ?? '')))
      found.add(file.content);
  }
  found.delete('');
  // The user name is part of every path of HAOS. Redacting it there would show that it is the
  // password.
  found.delete(RANCHER);
  return [...found];
}

/**
 * Collects secrets. A source may give a wrong type if a later one overrides it, so this checks
 * every type.
 */
function collect(tree: unknown, definition: KeyDefinition, found: Set<string>): void {
  if (typeof tree !== 'object' || tree === null) return;
  for (const [name, value] of Object.entries(tree)) {
    const key = namesOf(definition).byName.get(name);
    if (!key) continue;
    if (key.kind === 'section') collect(value, key, found);
    else if (key.kind === 'items') for (const item of listOf(value)) collect(item, key, found);
    else for (const text of textsOf(value)) addSecrets(key, text, found);
  }
}

function listOf<Item>(value: readonly Item[] | undefined): readonly Item[] {
  return Array.isArray(value) ? value : [];
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null
    ? Object.values(value).filter((text) => typeof text === 'string')
    : [];
}

function addSecrets(key: KeyDefinition, text: string, found: Set<string>): void {
  if (key.secret || /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) found.add(text);
  for (const match of text.matchAll(/(?<=[a-z0-9+.-]):\/\/[^\s/:@]*:([^\s/@]+)@/gi)) {
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

/** Returns whether permissions let only the owner read. */
function isPrivate(permissions: string): boolean {
  return /^(?:0o)?[0-7]*[0-7][0123][0123]$/.test(permissions);
}

/** Returns the words of INSTALL_K3S_EXEC, split at blanks if a quote in it is not closed. */
function installerWords(text: string): string[] {
  try {
    return splitWords(text, '');
  } catch {
    return text.split(/\s+/);
  }
}

/**
 * Returns the secrets of `--token=X`, `--token X`, and both inside an argument that contains
 * several words by mistake, and of `joinKey=X`: a list without quotes splits
 * `--vpn-auth=name=N,joinKey=X` at its comma.
 */
function secretArguments(args: readonly string[]): string[] {
  return args.flatMap((argument, index) => {
    const [flag = '', ...value] = argument.split('=');
    const joined = [...argument.matchAll(/(?:^|\s)(-[\w.-]+)(?:=|\s+)(\S+)/g)]
      .filter(([, name = '']) => isSecretWord(name))
      .map(([, , text = '']) => text);
    const settings = [...argument.matchAll(/(?:^|[\s,=])([A-Za-z][\w.-]*)=([^\s,]+)/g)]
      .filter(([, name = '']) => SECRET_SETTING.test(name))
      .map(([, , text = '']) => text);
    if (!isSecretWord(flag)) return [...joined, ...settings];
    return [...joined, ...settings, value.length > 0 ? value.join('=') : (args[index + 1] ?? '')];
  });
}

function isSecretWord(word: string): boolean {
  const name = /^--?([^-\s]\S*)$/.exec(word)?.[1];
  return name !== undefined && isSecretFlag(name);
}

/**
 * Returns whether the value of a flag of k3s, by its name or alias without dashes, is a secret.
 * Also works for misspelt names.
 */
export function isSecretFlag(name: string): boolean {
  const flag = findK3sFlag(name);
  if (flag) return SECRET_FLAGS.includes(flag.name);
  if (/-file$/.test(name)) return false;
  return hasSecretName(name) || SECRET_FLAGS.some((secret) => leven(name, secret) <= 2);
}
