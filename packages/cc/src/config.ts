import { configDefinition } from './generated/keys.js';
import type { CloudConfig } from './generated/types.js';
import type { Issue } from './issue.js';
import { mergeTrees } from './merge/merge.js';
import { type Provenance, traceProvenance } from './merge/provenance.js';
import { checkTypes } from './model/check-types.js';
import { hasRightTypes } from './model/right-types.js';
import { requireArgument, requireIssues } from './require-argument.js';
import { readNetworkConfig } from './sources/network-config/read-network-config.js';
import {
  type ParsedSource,
  parseCmdlineSource,
  parseHostname,
  parseKeys,
  parseNetworkSource,
  parseSource,
  parseYamlSource,
  requireSource,
  type Source,
  type SourceForm,
  type TextParser,
} from './sources/source.js';

/** A configuration, its issues, and where each value came from. */
export interface ConfigResult {
  /**
   * Everything that is valid. A key with an invalid value is left out, and an unreadable source has
   * no keys.
   */
  config: CloudConfig;
  /** An issue of severity `error` means that something was left out. */
  issues: Issue[];
  provenance: Provenance;
  /** The texts that were read, to show the line of an issue. */
  texts: ReadonlyMap<string, string>;
}

const PARSERS: Readonly<Record<SourceForm, TextParser>> = {
  yaml: parseYamlSource,
  cmdline: parseCmdlineSource,
  hostname: parseHostname,
  keys: parseKeys,
  'network-config': (text, named) =>
    parseNetworkSource(text, named, (document) => readNetworkConfig(document, 'network-config')),
  'network-data': (text, named) =>
    parseNetworkSource(text, named, (document) => readNetworkConfig(document, 'network-data')),
};

/**
 * Reads a configuration from sources, lowest precedence first, and does not touch a machine. Never
 * throws because of the content of a source; see `issues`. Throws HAOS_CC_ARGUMENT if `sources` is
 * not a list of sources.
 */
export function readSources(sources: readonly Source[]): ConfigResult {
  requireArgument(Array.isArray(sources), 'the sources must be a list');
  for (const source of sources) requireSource(source);
  return mergeSources(
    nameSources(sources).map((source) => parseSource(source, PARSERS[source.form ?? 'yaml'])),
  );
}

/** Merges parsed sources, lowest precedence first, and checks the types of the result. */
export function mergeSources(parsed: readonly ParsedSource[]): ConfigResult {
  const layers = parsed.map(({ layer }) => layer);
  const merged = mergeTrees(layers.map(({ value }) => value));
  const {
    config,
    issues: typeIssues,
    removed,
  } = hasRightTypes(merged, configDefinition)
    ? { config: merged, issues: [], removed: [] }
    : checkTypes(merged, (pointer) => traceProvenance(layers, merged).origins(pointer)[0]);
  return {
    config: config as CloudConfig,
    issues: [...parsed.flatMap(({ issues }) => issues), ...typeIssues],
    provenance: traceProvenance(layers, config, removed),
    texts: new Map(layers.map(({ document }) => [document.file, document.text])),
  };
}

/**
 * Gives sources without a name different names, so that an issue of one source does not show a line
 * of another.
 */
function nameSources(sources: readonly Source[]): readonly Source[] {
  const unnamed = sources.filter(({ file }) => file === undefined);
  if (unnamed.length < 2) return sources;
  return sources.map((source) =>
    source.file === undefined ? { ...source, file: `<input ${unnamed.indexOf(source) + 1}>` } : source,
  );
}

/** Returns whether any issue is an error. */
export function hasErrors(issues: readonly Issue[]): boolean {
  requireIssues(issues);
  return issues.some(({ severity }) => severity === 'error');
}
