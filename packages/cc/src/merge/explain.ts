import { createRedactor } from '@haos/host';
import type { ConfigResult } from '../config.js';
import { configDefinition } from '../generated/keys.js';
import type { CloudConfig } from '../generated/types.js';
import type { Origin } from '../issue.js';
import type { KeyDefinition } from '../model/key.js';
import { lookUpName } from '../model/names.js';
import type { Value } from '../model/normalise.js';
import { definitionAt, documentedKey, isSecret, pointerSegments, toPointer } from '../model/pointer.js';
import { looksSecret } from '../model/secret-names.js';
import { secretsOf } from '../model/secrets.js';
import { valueAt } from '../model/value-at.js';
import { isObject, requireArgument } from '../require-argument.js';
import type { Contribution } from './layer.js';
import { isTree } from './merge.js';
import { keyPointerOf } from './provenance.js';

/** The value of a source for a key that another source overrides. */
export interface Overridden {
  origin: Origin;
  /** Redacted like the value. */
  value: unknown;
}

export interface Explanation {
  /** As documented, such as `haos.labels[region]`. */
  key: string;
  pointer: string;
  /** Secrets are `***`. Undefined if a later source cleared the key. */
  value: unknown;
  origin: Origin | undefined;
  overrode: Overridden[];
  /** The merge rule that decided, as text; undefined if only one source sets the key. */
  rule: string | undefined;
}

/** Replaces a secret. */
const REDACTED = '***';

/**
 * Explains where the effective values come from, what they overrode and why: for one key, in any
 * accepted spelling, with everything below it, or for all. The keys that a source cleared follow,
 * with the values that they have in other sources. Returns an empty list if nothing is configured
 * there, and undefined for an unknown key. Throws HAOS_CC_ARGUMENT.
 */
export function explain(result: ConfigResult, key = ''): Explanation[] | undefined {
  requireArgument(isObject(result) && isObject(result.provenance), 'the result must be that of readSources');
  requireArgument(typeof key === 'string', 'the key must be a string');
  const wanted = key === '' ? '' : pointerOf(key);
  if (wanted === undefined) return undefined;
  const pointers = result.provenance.leaves().filter((leaf) => isAtOrBelow(leaf, wanted));
  const redact = createRedactor(secretsOf(result.config));
  const cleared = result.provenance.cleared().filter((pointer) => isAtOrBelow(pointer, wanted));
  const found = [
    ...pointers.map((pointer) => explainLeaf(result, pointer, redact)),
    ...cleared.map((pointer) => explainCleared(result, pointer)),
  ];
  // An entry of a cleared map, or a key that is empty in the only source that has it.
  const isSet = key !== '' && result.provenance.contributions(wanted).length > 0;
  const isCleared = found.length === 0 && isSet && definitionAt(wanted).kind !== 'section';
  return isCleared ? [explainCleared(result, wanted)] : found;
}

function isAtOrBelow(leaf: string, wanted: string): boolean {
  return leaf === wanted || leaf.startsWith(`${wanted}/`) || wanted === '';
}

function explainLeaf(result: ConfigResult, pointer: string, redact: (text: string) => string): Explanation {
  const overridden = result.provenance.contributions(pointer).slice(1);
  return {
    key: documentedKey(pointer),
    pointer,
    value: redactValue(valueAt(result.config as Value, pointer), pointer, redact),
    origin: result.provenance.origins(pointer)[0],
    overrode: overridden.map((contribution) => redactContribution(contribution, keyPointerOf(pointer))),
    rule: overridden.length > 0 ? ruleFor(definitionAt(pointer)) : undefined,
  };
}

function explainCleared(result: ConfigResult, pointer: string): Explanation {
  const [winner, ...overridden] = result.provenance.contributions(pointer);
  return {
    key: documentedKey(pointer),
    pointer,
    value: undefined,
    origin: winner?.origin,
    overrode: overridden.map((contribution) => redactContribution(contribution, keyPointerOf(pointer))),
    rule: 'an empty value in a later source clears the value of earlier sources',
  };
}

function ruleFor({ kind }: KeyDefinition): string {
  if (kind === 'strings' || kind === 'items') return 'a later source replaces a list as a whole';
  if (kind === 'string-map') return 'a later source replaces a map of strings as a whole';
  return 'a later source overrides an earlier one';
}

/**
 * Returns `haos.labels[region]`, `haos.label.region` or `haos.wifi[0].name` as a pointer, or
 * undefined if it is not a key.
 */
function pointerOf(key: string): string | undefined {
  const segments: string[] = [];
  let definition: KeyDefinition | undefined = configDefinition;
  let rest = key;
  while (rest !== '') {
    if (!definition?.keys || (definition.kind === 'items' && /^\[?\d/.test(rest))) {
      const [, bracketed, dotted] = /^(?:\[(.+?)\]|\.?(.+))$/s.exec(rest) ?? [];
      const index = definition?.kind === 'items' ? /^\[?(\d+)\]?\.?(.*)$/s.exec(rest) : null;
      segments.push(index?.[1] ?? bracketed ?? dotted ?? '');
      rest = index?.[2] ?? '';
      if (!index) return toPointer(segments);
      continue;
    }
    const [, name = '', after = ''] = /^\.?([^.[]*)(.*)$/s.exec(rest) ?? [];
    const found = lookUpName(definition, name);
    if (!found) return undefined;
    segments.push(found.name);
    definition = found;
    rest = after.replace(/^\./, '');
  }
  return toPointer(segments);
}

/**
 * Redacts a value leaf by leaf; `pointer` is its place. `redact` cleans texts that are not secret
 * as a whole.
 */
function redactValue(value: Value | undefined, pointer: string, redact: (text: string) => string): unknown {
  const [, section, name = ''] = pointerSegments(pointer);
  // Redacted as a whole: in a map in the place of a secret, even the names may be the secret.
  if (isSecret(pointer) || (section === 'environment' && looksSecret(name)))
    return value === null ? null : REDACTED;
  if (Array.isArray(value))
    return value.map((item, index) => redactValue(item, `${pointer}/${index}`, redact));
  if (isTree(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, inside]) => [
        key,
        redactValue(inside, pointer + toPointer([key]), redact),
      ]),
    );
  return typeof value === 'string' ? redact(value) : value;
}

/** Returns what a source says about a whole key, without secrets. */
function redactContribution({ origin, value }: Contribution, keyPointer: string): Overridden {
  const alone = pointerSegments(keyPointer).reduceRight<unknown>(
    (inside, name) => ({ [name]: inside }),
    value,
  );
  return { origin, value: redactValue(value, keyPointer, createRedactor(secretsOf(alone as CloudConfig))) };
}
