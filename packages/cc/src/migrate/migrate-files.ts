import { configDefinition } from '../model/schema.js';
import type { Draft } from './draft.js';
import { migrateK3sFile } from './migrate-k3s.js';
import { findPair, itemsOf, type ParsedText } from './source.js';
import { fileOf } from './take-settings.js';

/** What is old in the files that `write_files` writes for a program that reads them. */
export function migrateFiles(source: ParsedText, draft: Draft): void {
  for (const item of itemsOf(findPair(source.root, configDefinition, 'writeFiles')?.value)) {
    const file = fileOf(item);
    if (file?.node) migrateK3sFile(source, draft, { path: file.path, content: file.node });
  }
}
