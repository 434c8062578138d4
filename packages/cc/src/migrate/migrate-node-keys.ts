import { configDefinition } from '../generated/keys.js';
import { lookUpName } from '../model/names.js';
import type { MappingNode } from '../parse/node.js';
import type { Draft } from './draft.js';
import { removePairs } from './remove.js';
import { findHaosPair, findPair, haosDefinition, type ParsedText, textOf } from './source.js';

/** What k3OS reads on the kernel command line only, so that it did nothing in a file. */
const BOOT_KEYS: readonly string[] = ['mode', 'fallback_mode', 'debug'];

/** The user `rancher` of every image of k3OS has this password. */
const KNOWN_PASSWORD = 'rancher';

/** Keys of k3OS that do nothing in a file, and a password that everybody knows. */
export function migrateNodeKeys(source: ParsedText, draft: Draft): void {
  const haos = findPair(source.root, configDefinition, 'haos')?.value;
  if (haos?.kind !== 'mapping') return;
  if (source.form === 'yaml') removeBootKeys(source, draft, haos);
  const password = findHaosPair(source.root, 'password')?.value;
  if (textOf(password) === KNOWN_PASSWORD)
    draft.ask(
      password!.start,
      'this is the password of every image of k3OS, which everybody knows',
      'Choose another, or remove haos.password and log in with a key.',
    );
}

function removeBootKeys(source: ParsedText, draft: Draft, haos: MappingNode): void {
  const pairs = haos.pairs.filter(({ key }) => BOOT_KEYS.includes(key) && !lookUpName(haosDefinition(), key));
  const edits = removePairs(source, haos, pairs);
  if (!edits) return;
  for (const [index, { key, keyStart }] of pairs.entries()) {
    const why = `it does something on the kernel command line only, as haos.${key}`;
    draft.change(keyStart, `haos.${key} went: ${why}`, ...(index === 0 ? edits : []));
  }
}
