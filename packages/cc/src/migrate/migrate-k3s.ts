import { configDefinition } from '../generated/keys.js';
import { type K3sArgument, parseK3sArguments } from '../k3s/parse-arguments.js';
import type { MappingNode, Node, ScalarNode } from '../parse/node.js';
import { isK3sFile, K3S_FILE_KEY } from '../rules/k3s-file.js';
import {
  OLD_SECRET_VARIABLE,
  OLD_SYSTEM_LABELS,
  OLD_UPGRADE_LABELS,
  UPGRADE_LABEL,
  upgradeLabelValue,
} from '../rules/old-labels.js';
import {
  ENCRYPTED_BACKEND,
  REMOVED_FLANNEL_BACKENDS,
  REMOVED_K3S_FLAGS,
} from '../rules/removed-k3s-flags.js';
import type { Draft } from './draft.js';
import { removeItems } from './remove.js';
import { findHaosPair, findPair, itemsOf, type ParsedText, rawOf, textOf } from './source.js';

/**
 * Flags that the pinned release of k3s does not have any more, wherever a configuration gives flags
 * to k3s.
 */
export function migrateK3s(source: ParsedText, draft: Draft): void {
  migrateArguments(source, draft);
  const environment = findHaosPair(source.root, 'environment')?.value;
  if (environment?.kind !== 'mapping') return;
  for (const { key, value } of environment.pairs)
    if (key === 'INSTALL_K3S_EXEC') migrateInstallerText(source, draft, value);
  renameSecret(source, draft, environment);
}

/** Unless the token is said already. */
function renameSecret(source: ParsedText, draft: Draft, { pairs }: MappingNode): void {
  const { name, now } = OLD_SECRET_VARIABLE;
  const old = pairs.find(({ key }) => key === name);
  if (!old || pairs.some(({ key }) => key === now) || findHaosPair(source.root, 'token')) return;
  const { keyStart, keyLength } = old;
  const written = source.text.slice(keyStart, keyStart + keyLength);
  const text = written.replace(name, now);
  draft.change(keyStart, `${name} became ${now}`, { start: keyStart, length: keyLength, text });
}

function migrateArguments(source: ParsedText, draft: Draft): void {
  const pair = findHaosPair(source.root, 'k3sArgs');
  const haos = findPair(source.root, configDefinition, 'haos')?.value;
  if (!pair || haos?.kind !== 'mapping') return;
  const items = itemsOf(pair.value);
  const words = items.map((item) => textOf(item) ?? '');
  const needless: number[] = [];
  for (const argument of parseK3sArguments(words)) {
    const nodes = argument.words.map((_, at) => items[argument.index + at]).filter(isScalar);
    if (isNeedless(argument)) {
      const { takesValue } = REMOVED_K3S_FLAGS.get(argument.name) ?? {};
      const count = takesValue ? nodes.length : 1;
      for (let at = 0; at < count; at++) needless.push(argument.index + at);
    } else migrateArgument(source, draft, { argument, nodes });
  }
  const edits = removeItems(source, { mapping: haos, pair }, needless);
  if (!edits || edits.length === 0) return;
  const [first = 0] = needless;
  draft.change(items[first]!.start, 'flags that k3s does not have any more went: they did nothing', ...edits);
}

function isScalar(node: Node | undefined): node is ScalarNode {
  return node?.kind === 'scalar';
}

function isNeedless({ kind, name, value }: K3sArgument): boolean {
  if (kind === 'unknown') return REMOVED_K3S_FLAGS.get(name)?.needless === true;
  return name === 'node-label' && OLD_SYSTEM_LABELS.includes((value ?? '').split('=', 1)[0]!);
}

interface Written {
  argument: K3sArgument;
  /** The scalars of its words. */
  nodes: readonly ScalarNode[];
}

function migrateArgument(source: ParsedText, draft: Draft, { argument, nodes }: Written): void {
  const [first] = nodes;
  const last = nodes.at(-1);
  if (!first || !last) return;
  const { kind, name, value = '' } = argument;
  if (kind === 'unknown') renameFlag(source, draft, first, name);
  else if (name === 'flannel-backend') renameBackend(source, draft, last, value);
  else if (name === 'node-label') renameLabelArgument(source, draft, last, value);
}

function renameLabelArgument(source: ParsedText, draft: Draft, last: ScalarNode, value: string): void {
  const [key = '', label = ''] = value.split('=', 2);
  const isOld = OLD_UPGRADE_LABELS.includes(key);
  if (!isOld && (key !== UPGRADE_LABEL || upgradeLabelValue(label) === label)) return;
  const now = `${UPGRADE_LABEL}=${upgradeLabelValue(label)}`;
  replaceIn(source, draft, last, { old: value, now, message: `the label ${key} became ${now}` });
}

function renameFlag(source: ParsedText, draft: Draft, node: ScalarNode, name: string): void {
  const now = REMOVED_K3S_FLAGS.get(name)?.now;
  if (now === undefined) return;
  // A flag that got its value with its new name had none but true.
  const written = new RegExp(`--?${name}(?:=true)?(?=$|["'=])`).exec(rawOf(source, node))?.[0];
  if (written === undefined) return;
  const isWhole = now.includes('=');
  const old = isWhole ? written : `${/^-+/.exec(written)![0]}${name}`;
  replaceIn(source, draft, node, { old, now: `--${now}`, message: `--${name} became --${now}` });
}

function renameBackend(source: ParsedText, draft: Draft, node: ScalarNode, value: string): void {
  if (!REMOVED_FLANNEL_BACKENDS.includes(value)) return;
  const message = `--flannel-backend=${value} became ${ENCRYPTED_BACKEND}`;
  if (replaceIn(source, draft, node, { old: value, now: ENCRYPTED_BACKEND, message }))
    askAboutBackend(draft, node.start, value);
}

function askAboutBackend(draft: Draft, offset: number, value: string): void {
  draft.ask(
    offset,
    `k3s does not have the flannel backend ${value} any more; ${ENCRYPTED_BACKEND} encrypts, too`,
    `Choose another, or write ${ENCRYPTED_BACKEND} on every server, and let UDP port 51820 through between the nodes.`,
  );
}

/**
 * Replaces the last occurrence of a text in a scalar, as it is written; false when it is written in
 * another way.
 */
function replaceIn(
  source: ParsedText,
  draft: Draft,
  node: ScalarNode,
  { old, now, message }: { old: string; now: string; message: string },
): boolean {
  const at = rawOf(source, node).lastIndexOf(old);
  if (at < 0) return false;
  draft.change(node.start, message, { start: node.start + at, length: old.length, text: now });
  return true;
}

/** All flags in one text, as the installer of k3s takes them. */
function migrateInstallerText(source: ParsedText, draft: Draft, node: Node): void {
  const raw = rawOf(source, node);
  for (const match of raw.matchAll(/(?<![\w-])--?([a-z][a-z0-9-]*)(?:(=)([\w-]*))?/g)) {
    const [written, name = '', equals = '', value = ''] = match;
    const start = node.start + match.index;
    const now = REMOVED_K3S_FLAGS.get(name)?.now;
    if (now !== undefined)
      draft.change(start, `--${name} became --${now}`, {
        start,
        length: now.includes('=') ? written.length : written.length - equals.length - value.length,
        text: `--${now}`,
      });
    if (name === 'flannel-backend' && REMOVED_FLANNEL_BACKENDS.includes(value)) {
      const text = `--flannel-backend=${ENCRYPTED_BACKEND}`;
      draft.change(start, `--flannel-backend=${value} became ${ENCRYPTED_BACKEND}`, {
        start,
        length: written.length,
        text,
      });
      askAboutBackend(draft, start, value);
    }
  }
}

/** The keys of a configuration file of k3s that `write_files` writes. */
export function migrateK3sFile(
  source: ParsedText,
  draft: Draft,
  { path, content }: { path: string; content: ScalarNode },
): void {
  if (!isK3sFile(path)) return;
  const raw = rawOf(source, content);
  // In a block scalar every line is indented alike.
  const indent = /^ */.exec(raw)![0];
  const lines = new RegExp(K3S_FILE_KEY.source.replace('^', `^${indent}`), 'gm');
  for (const match of raw.matchAll(lines)) {
    const [written, , name = '', , value = ''] = match;
    const start = content.start + match.index;
    const now = REMOVED_K3S_FLAGS.get(name)?.now;
    const at = written.indexOf(name);
    if (now !== undefined && !now.includes('='))
      draft.change(start, `${name} became ${now}`, { start: start + at, length: name.length, text: now });
    if (name !== 'flannel-backend' || !REMOVED_FLANNEL_BACKENDS.includes(value)) continue;
    draft.change(start, `flannel-backend: ${value} became ${ENCRYPTED_BACKEND}`, {
      start: start + written.lastIndexOf(value),
      length: value.length,
      text: ENCRYPTED_BACKEND,
    });
    askAboutBackend(draft, start, value);
  }
}
