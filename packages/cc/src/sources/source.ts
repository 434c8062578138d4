import { type Issue, type IssueCode, type Severity, SOURCE_NAMES, type SourceName } from '../issue.js';
import type { Layer } from '../merge/layer.js';
import { type NormaliseResult, normalise } from '../model/normalise.js';
import { isUtf16, utf8, utf16 } from '../parse/bytes.js';
import { parseCmdline } from '../parse/cmdline.js';
import { type Document, originAt } from '../parse/document.js';
import { mappingNode, type Node, stringNode } from '../parse/node.js';
import { parseYaml } from '../parse/yaml.js';
import { isObject, requireArgument } from '../require-argument.js';

/** How to read the text of a source. */
export type SourceForm = 'yaml' | 'cmdline' | 'hostname' | 'keys' | 'network-config' | 'network-data';

/** One source of configuration: its kind and its content. */
export interface Source {
  /** Default `input`. */
  source?: SourceName;
  /** Shown in issues and origins. Default `<input>`. */
  file?: string;
  /** Default `yaml`. */
  form?: SourceForm;
  content: string | Uint8Array | Node;
}

export interface ParsedSource {
  layer: Layer;
  issues: Issue[];
}

const FORMS: readonly SourceForm[] = [
  ...(['yaml', 'cmdline', 'hostname', 'keys'] as const),
  ...(['network-config', 'network-data'] as const),
];
const NAMES: readonly SourceName[] = [...SOURCE_NAMES, 'input'];
const NODES = ['scalar', 'sequence', 'mapping'];

/** Throws HAOS_CC_ARGUMENT if a value is not a source. */
export function requireSource(given: Source): void {
  requireArgument(isObject(given), 'a source must be an object with content');
  const { source = 'input', file = '', form = 'yaml', content } = given;
  const isNode = isObject(content) && 'kind' in content && NODES.includes(content.kind);
  requireArgument(
    typeof content === 'string' || content instanceof Uint8Array || isNode,
    'the content of a source must be a string or a Uint8Array',
  );
  requireArgument(typeof file === 'string', 'the file of a source must be a string');
  requireOneOf(NAMES, source, 'name');
  requireOneOf(FORMS, form, 'form');
}

function requireOneOf<Name>(names: readonly Name[], name: Name, what: string): void {
  if (!names.includes(name))
    requireArgument(false, `the ${what} of a source must be one of ${names.join(', ')}`);
}

/**
 * A configuration is text that a person or a program wrote. More than this is a mistake or an
 * attack, and no node reads it.
 */
export const MAX_SOURCE_BYTES = 16 * 1024 * 1024;

/** Parses the text of a source in one form. */
export type TextParser = (text: string, named: Named) => ParsedSource;

/**
 * Parses one source with the parser of its form, and gives its keys their canonical names and
 * types. A source with an error has no keys.
 */
export function parseSource(
  { source = 'input', file = '<input>', content }: Omit<Source, 'form'>,
  parse: TextParser,
): ParsedSource {
  const named = { source, file };
  if (typeof content === 'object' && 'kind' in content)
    return canonicalLayer({ ...named, text: '', root: content }, []);
  if (content.length > MAX_SOURCE_BYTES)
    return refused(named, {
      code: 'unreadable-source',
      message: 'this is more than 16 MiB',
      hint: 'Keep large files out of the configuration.',
    });
  const text = typeof content === 'string' ? content : decodeText(content);
  if (text === undefined)
    return refused(named, {
      code: 'invalid-encoding',
      message: 'this is not UTF-8 text',
      hint: 'Save it as UTF-8.',
    });
  return parse(text, named);
}

/** Returns a source whose text is not parsed. */
function refused(named: Named, problem: Pick<Problem, 'code' | 'message' | 'hint'>): ParsedSource {
  const document: Document = { ...named, text: '', root: undefined };
  const issue = sourceIssue(document, { ...problem, start: 0, length: 1 });
  return { layer: { document, value: {} }, issues: [issue] };
}

/** Decodes UTF-8, or UTF-16 with a byte order mark. */
function decodeText(bytes: Uint8Array): string | undefined {
  return isUtf16(bytes) ? utf16(bytes) : utf8(bytes);
}

type Named = Pick<Document, 'source' | 'file'>;

export function parseYamlSource(text: string, named: Named): ParsedSource {
  const { root, error, warnings } = parseYaml(text);
  const document: Document = { text, root, ...named };
  const issues = warnings.map((warning) => sourceIssue(document, warning, 'warning'));
  if (error) return { layer: { document, value: {} }, issues: [...issues, sourceIssue(document, error)] };
  return canonicalLayer(document, issues);
}

/** Converts a parsed document of another form to the nodes of a configuration. */
export type DocumentReader = (document: Document) => { root: Node | undefined; issues: Issue[] };

/** The network has no part in what a node becomes, so that a wrong document is a warning. */
export function parseNetworkSource(text: string, named: Named, read: DocumentReader): ParsedSource {
  const { root, error, warnings } = parseYaml(text);
  const foreign: Document = { ...named, text, root };
  const problems = [...warnings, ...(error ? [error] : [])];
  const found = problems.map((problem) => sourceIssue(foreign, problem, 'warning'));
  const { root: own, issues } = error ? { root: undefined, issues: [] } : read(foreign);
  return canonicalLayer({ ...foreign, root: own }, [...found, ...issues]);
}

export function parseCmdlineSource(text: string, named: Named): ParsedSource {
  const { root, warnings } = parseCmdline(text);
  const document: Document = { text, root, ...named };
  return canonicalLayer(
    document,
    warnings.map((warning) => sourceIssue(document, warning, 'warning')),
  );
}

function canonicalLayer(document: Document, issues: Issue[]): ParsedSource {
  const canonical: NormaliseResult = normalise(document);
  return { layer: { document, value: canonical.value }, issues: [...issues, ...canonical.issues] };
}

interface Problem {
  code: IssueCode;
  message: string;
  start: number;
  length: number;
  hint?: string | undefined;
  meant?: Issue['meant'];
}

function sourceIssue(document: Document, problem: Problem, severity: Severity = 'error'): Issue {
  return {
    severity,
    code: problem.code,
    message: problem.message,
    pointer: '',
    key: '',
    origin: originAt(document, problem.start, problem.length),
    hint: problem.hint,
    ...(problem.meant && { meant: problem.meant }),
  };
}

export function parseHostname(text: string, named: Named): ParsedSource {
  return canonicalLayer({ ...named, text, root: hostnameRoot(text) }, []);
}

export function parseKeys(text: string, named: Named): ParsedSource {
  return canonicalLayer({ ...named, text, root: keysRoot(text) }, []);
}

/** Trims a host name from metadata. An empty one is not a value. */
function hostnameRoot(text: string): Node | undefined {
  const name = text.trim();
  return name === '' ? undefined : mappingNode({ hostname: stringNode(name, text.indexOf(name)) });
}

/** Reads keys from metadata: one per line, with comments. Without a line there is no value. */
function keysRoot(text: string): Node | undefined {
  const items: Node[] = [];
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const line = match[0].trim();
    if (line !== '') items.push(stringNode(line, match.index + match[0].indexOf(line)));
  }
  if (items.length === 0) return undefined;
  return mappingNode({ ssh_authorized_keys: { kind: 'sequence', items, start: 0, length: 1 } });
}
