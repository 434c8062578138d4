import { configDefinition } from '../generated/keys.js';
import type { ScalarNode } from '../parse/node.js';
import type { Draft } from './draft.js';
import { migrateK3sFile } from './migrate-k3s.js';
import { findPair, itemsOf, type ParsedText, rawOf } from './source.js';
import { readWrittenFile } from './written-file.js';

/** What is old in the files that `write_files` writes for a program that reads them. */
export function migrateFiles(source: ParsedText, draft: Draft): void {
  for (const item of itemsOf(findPair(source.root, configDefinition, 'writeFiles')?.value)) {
    const file = readWrittenFile(item);
    if (!file?.node) continue;
    migrateK3sFile(source, draft, { path: file.path, content: file.node });
    if (CONFIGURATION.test(file.path)) renameSection(source, draft, file.node);
  }
}

/** Where a configuration lies that a file of `write_files` may be. */
const CONFIGURATION =
  /^\/(?:var\/lib\/rancher\/(?:k3os|HAOS)|var\/lib\/1898andCo\/HAOS|(?:k3os|haos)\/system)\/config\.(?:yaml|d\/[^/]+)$/;

function renameSection(source: ParsedText, draft: Draft, content: ScalarNode): void {
  const raw = rawOf(source, content);
  // In a block scalar every line is indented alike.
  const indent = /^ */.exec(raw)![0];
  const match = new RegExp(`^(["']?${indent}["']?)k3os(?=["']?:)`, 'm').exec(raw);
  if (!match) return;
  const start = content.start + match.index + match[1]!.length;
  draft.change(start, 'k3os became haos', { start, length: 4, text: 'haos' });
}
