import { configDefinition } from '../generated/keys.js';
import type { KeyDefinition } from '../model/key.js';
import { lookUpName } from '../model/names.js';
import type { MappingNode, Node } from '../parse/node.js';
import { findOldTexts } from '../rules/old-texts.js';
import type { Draft } from './draft.js';
import { type ParsedText, rawOf, scalarsIn } from './source.js';

/** Keys whose texts no program of k3OS had to do with. */
const OTHERS: readonly string[] = ['sshAuthorizedKeys', 'hostname', 'password', 'token', 'wifi', 'labels'];

/**
 * Paths, commands and names of k3OS and of the Go HAOS in the texts of a configuration, as they are
 * written there.
 */
export function migrateTexts(source: ParsedText, draft: Draft): void {
  for (const node of scalarsOf(source.root, configDefinition)) migrateText(source, draft, node);
}

function migrateText(source: ParsedText, draft: Draft, node: Node): void {
  let rest = rawOf(source, node);
  for (const { pattern, now } of findOldTexts(rest)) {
    if (now === undefined) continue;
    for (const match of rest.matchAll(pattern)) {
      const start = node.start + match.index;
      const text = now.replaceAll(/\$(\d)/g, (_, group) => match[Number(group)] ?? '');
      draft.change(start, `${match[0]} became ${text}`, { start, length: match[0].length, text });
    }
    // As long as before, and found by no other pattern.
    rest = rest.replaceAll(pattern, ({ length }) => '\0'.repeat(length));
  }
}

function scalarsOf(mapping: MappingNode, section: KeyDefinition): Node[] {
  return mapping.pairs.flatMap(({ key, value }) => {
    const definition = lookUpName(section, key);
    if (definition && OTHERS.includes(definition.name)) return [];
    if (definition?.kind === 'section' && value.kind === 'mapping') return scalarsOf(value, definition);
    return scalarsIn(value);
  });
}
