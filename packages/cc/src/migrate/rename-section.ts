import { configDefinition } from '../generated/keys.js';
import type { Draft } from './draft.js';
import { findPair, type MigrationForm, parametersOf, parseText } from './source.js';

const OLD = /^k3os$/i;

/** Renames the section `k3os`, or the first part of the names of kernel arguments. */
export function renameSection(draft: Draft, form: MigrationForm): void {
  if (form === 'cmdline') renameParameters(draft);
  else renameKey(draft);
}

function renameKey(draft: Draft): void {
  const source = parseText(draft.text, 'yaml');
  if (!source) return;
  const old = source.root.pairs.filter(({ key }) => OLD.test(key));
  const [first] = old;
  if (!first) return;
  const { keyStart: start, keyLength: length } = first;
  if (old.length > 1 || findPair(source.root, configDefinition, 'haos')) {
    draft.ask(
      start,
      'k3os and haos are both here, and HAOS reads only haos',
      'Move the keys below k3os to haos, then run haos migrate again.',
    );
    return;
  }
  const written = draft.text.slice(start, start + length);
  const text = written.replace(/k3os/i, 'haos');
  draft.change(start, `${first.key} became haos`, { start, length, text });
}

function renameParameters(draft: Draft): void {
  for (const { name, nameOffset } of parametersOf(draft.text)) {
    if (!/^k3os(?:[.[]|$)/i.test(name)) continue;
    const now = name.replace(/^k3os/i, 'haos');
    draft.change(nameOffset, `${name} became ${now}`, { start: nameOffset, length: 4, text: 'haos' });
  }
}
