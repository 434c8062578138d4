import { configDefinition } from '../generated/keys.js';
import type { Pair } from '../parse/node.js';
import {
  OLD_SYSTEM_LABELS,
  OLD_UPGRADE_LABELS,
  UPGRADE_LABEL,
  upgradeLabelValue,
} from '../rules/old-labels.js';
import type { Draft, Edit } from './draft.js';
import { removePairs } from './remove.js';
import { findHaosPair, findPair, type ParsedText, rawOf, textOf } from './source.js';

/**
 * The labels that let k3OS upgrade a node become the one of HAOS; those that a system gives itself
 * go.
 */
export function migrateLabels(source: ParsedText, draft: Draft): void {
  const labels = findHaosPair(source.root, 'labels');
  if (labels?.value.kind !== 'mapping') return;
  const { pairs } = labels.value;
  const present = pairs.find(({ key }) => key === UPGRADE_LABEL);
  const old = pairs.filter(({ key }) => OLD_UPGRADE_LABELS.includes(key));
  const kept = present ? undefined : old[0];
  const needless = [
    ...old.filter((pair) => pair !== kept),
    ...pairs.filter(({ key }) => OLD_SYSTEM_LABELS.includes(key)),
  ];
  if (kept) renameLabel(source, draft, { pair: kept, isDisabled: old.some(isDisabled) });
  if (present) correctValue(source, draft, present);
  removeLabels(source, draft, labels, needless);
}

function isDisabled({ value }: Pair): boolean {
  return textOf(value) === 'disabled';
}

function renameLabel(
  { text }: ParsedText,
  draft: Draft,
  { pair, isDisabled }: { pair: Pair; isDisabled: boolean },
): void {
  const { key, keyStart, keyLength, value } = pair;
  if (value.kind !== 'scalar') return;
  const name = text.slice(keyStart, keyStart + keyLength).replace(key, UPGRADE_LABEL);
  const now = isDisabled ? 'disabled' : 'enabled';
  draft.change(
    keyStart,
    `the label ${key} became ${UPGRADE_LABEL}: ${now}`,
    { start: keyStart, length: keyLength, text: name },
    replaceValue(text, value, now),
  );
}

/** The Go HAOS took any value but `disabled`. */
function correctValue({ text }: ParsedText, draft: Draft, { value, keyStart }: Pair): void {
  if (value.kind !== 'scalar' || upgradeLabelValue(value.text) === value.text) return;
  draft.change(keyStart, `the label ${UPGRADE_LABEL} became enabled`, replaceValue(text, value, 'enabled'));
}

/** In the quotes that it had. */
function replaceValue(text: string, node: { start: number; length: number }, now: string): Edit {
  const raw = rawOf({ text }, { kind: 'scalar', text: '', plain: true, ...node });
  const quote = /^(["'])[\s\S]*\1$/.exec(raw)?.[1] ?? '';
  return { start: node.start, length: node.length, text: quote + now + quote };
}

/** With the map, where that would be empty. */
function removeLabels(source: ParsedText, draft: Draft, labels: Pair, needless: readonly Pair[]): void {
  const haos = findPair(source.root, configDefinition, 'haos')?.value;
  const { value } = labels;
  if (value.kind !== 'mapping' || haos?.kind !== 'mapping') return;
  const isAll = needless.length === value.pairs.length && source.form === 'yaml';
  const edits = isAll ? removePairs(source, haos, [labels]) : removePairs(source, value, needless);
  if (!edits) return;
  for (const [index, { key, keyStart }] of needless.entries())
    draft.change(keyStart, `the label ${key} went: ${why(key)}`, ...(index === 0 ? edits : []));
}

function why(key: string): string {
  return OLD_SYSTEM_LABELS.includes(key) ? 'HAOS labels its node itself' : `${UPGRADE_LABEL} says it`;
}
