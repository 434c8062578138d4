import type { Issue } from '../../issue.js';
import type { Document } from '../../parse/document.js';
import { mappingNode, type Node } from '../../parse/node.js';
import type { Draft } from './draft.js';
import { readNetworkData } from './network-data.js';
import { type Members, NetworkReader } from './reader.js';
import { readVersion1 } from './version-1.js';
import { readVersion2 } from './version-2.js';

/**
 * Converts what a drive says about networks to `haos.network`, in nodes that keep their places, so
 * that every issue and every origin names the line of the drive's own document. What `haos.network`
 * cannot express is a warning. The result has no root if the document has no interfaces.
 */
export function readNetworkConfig(
  document: Document,
  form: 'network-config' | 'network-data',
): { root: Node | undefined; issues: Issue[] } {
  const reader = new NetworkReader(document);
  const top = reader.members(document.root, form);
  const drafts = form === 'network-data' ? readNetworkData(top, reader) : readVersions(top, reader);
  const [first] = drafts;
  if (first === undefined) return { root: undefined, issues: reader.issues };
  const items = drafts.map((draft) => draft.toNode());
  const { start, length } = document.root!;
  const network: Node = { kind: 'sequence', items, start, length };
  const haos = { ...mappingNode({ network }), start, length };
  return { root: { ...mappingNode({ haos }), start, length }, issues: reader.issues };
}

/** The document may be below a key `network`, as in other files of cloud-init. */
function readVersions(top: Members, reader: NetworkReader): Draft[] {
  const inner = top.get('network');
  const document = inner === undefined ? top : reader.members(inner, 'network');
  const version = reader.text(document.get('version'), 'version');
  const config = document.get('config');
  if (config?.kind === 'scalar' && config.text === 'disabled') return [];
  if (version?.text === '1') return readVersion1(document, reader);
  if (version === undefined || version.text === '2') return readVersion2(document, reader);
  reader.unused(version, `version ${version.text} of a network-config`, 'Write version 1 or 2.');
  return [];
}
