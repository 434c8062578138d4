import { type CloudConfig, formatConfig, type Issue, readSources, validate } from '@haos/cc';
import { sha256 } from '@haos/host/internal';
import type { NodePart } from '../objects/node-parts.js';
import type { NodeIssue } from '../objects/node-state.js';

/** What the parts of a node become: one file of `config.d`. */
export interface RenderedParts {
  /** Undefined: there must be no file. */
  readonly content: string | undefined;
  /** SHA-256 in lower-case hex; null: no file. */
  readonly digest: string | null;
  /** Of each part, with the part as origin. */
  readonly issues: readonly NodeIssue[];
  /** Why the parts cannot be applied; undefined if they can. */
  readonly problem: string | undefined;
  /** The configuration of each part, in the order of the parts. */
  readonly configs: readonly { readonly name: string; readonly config: CloudConfig }[];
}

/**
 * Merges the parts of a node, which begin with the lowest priority, as the sources of a node are
 * merged. A part with an error makes all of them unusable: a node must not have half of what is
 * meant.
 */
export async function renderParts(parts: readonly NodePart[]): Promise<RenderedParts> {
  const sources = parts.map(({ name, text }) => ({
    source: 'config.d' as const,
    file: `NodeConfig/${name}`,
    content: text,
  }));
  const reports = sources.map((source) => validate(source));
  const issues = reports.flatMap((report) => report.issues.map(toNodeIssue));
  const configs = reports.map(({ config }, index) => ({ name: parts[index]?.name ?? '', config }));
  const error = issues.find(({ severity }) => severity === 'error');
  const problem = error && `${error.origin ?? 'a part'}: ${error.message}`;
  if (parts.length === 0 || problem !== undefined)
    return { content: undefined, digest: null, issues, problem, configs };
  const content = formatConfig(readSources(sources).config);
  const digest = await sha256(new TextEncoder().encode(content));
  return { content, digest, issues, problem, configs };
}

function toNodeIssue({ severity, code, message, origin, key }: Issue): NodeIssue {
  return {
    severity,
    code,
    message: key === '' ? message : `${key}: ${message}`,
    ...(origin && { origin: `${origin.file}:${origin.line}` }),
  };
}
