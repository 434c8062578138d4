import type { CloudConfig } from './generated/types.js';
import type { Issue } from './issue.js';
import { mergeTrees } from './merge/merge.js';
import { type Provenance, traceProvenance } from './merge/provenance.js';
import { checkTypes } from './model/check-types.js';
import { requireArgument, requireIssues } from './require-argument.js';
import { parseSource, requireSource, type Source } from './sources/source.js';

/** A configuration, what is wrong with it, and where each value came from. */
export interface ConfigResult {
  /** Everything that is valid: a key whose value is not, is left out, and a source that cannot be read has no keys. */
  config: CloudConfig;
  /** An issue of severity `error` means that something was left out. */
  issues: Issue[];
  provenance: Provenance;
  /** The texts that were read, for showing an issue's line. */
  texts: ReadonlyMap<string, string>;
}

/**
 * Reads a configuration from sources, lowest precedence first, without touching any machine. Never throws for what is in
 * the sources: look at `issues`. Throws HAOS_CC_ARGUMENT for what is not a list of sources.
 */
export function readSources(sources: readonly Source[]): ConfigResult {
  requireArgument(Array.isArray(sources), 'the sources must be a list');
  for (const source of sources) requireSource(source);
  const parsed = nameSources(sources).map(parseSource);
  const layers = parsed.map(({ layer }) => layer);
  const merged = mergeTrees(layers.map(({ value }) => value));
  const {
    config,
    issues: typeIssues,
    removed,
  } = checkTypes(merged, (pointer) => traceProvenance(layers, merged).origins(pointer)[0]);
  return {
    config: config as CloudConfig,
    issues: [...parsed.flatMap(({ issues }) => issues), ...typeIssues],
    provenance: traceProvenance(layers, config, removed),
    texts: new Map(layers.map(({ document }) => [document.file, document.text])),
  };
}

/** Gives sources without a name different names, so that an issue of one does not show a line of another. */
function nameSources(sources: readonly Source[]): readonly Source[] {
  const unnamed = sources.filter(({ file }) => file === undefined);
  if (unnamed.length < 2) return sources;
  return sources.map((source) =>
    source.file === undefined ? { ...source, file: `<input ${unnamed.indexOf(source) + 1}>` } : source,
  );
}

/** Whether any issue is an error. */
export function hasErrors(issues: readonly Issue[]): boolean {
  requireIssues(issues);
  return issues.some(({ severity }) => severity === 'error');
}
