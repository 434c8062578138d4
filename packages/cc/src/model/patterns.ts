const HOST_LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

const NO_CONTROL = '[^\\u0000-\\u001f\\u007f-\\u009f]';
const HTTP_URL = `[Hh][Tt][Tt][Pp][Ss]?://${NO_CONTROL}+$`;

// Kubernetes documentation, "Labels and Selectors", "Syntax and character set".
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?';
const DNS_LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const QUALIFIED_NAME = `(?:(?=[^/]{1,253}/)${DNS_LABEL}(?:\\.${DNS_LABEL})*/)?${LABEL}`;

export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

/**
 * What texts must look like, as regular expressions that the checks and the published JSON Schema
 * share. An empty text counts as absent. The schema has no flags, and reads them as Unicode
 * expressions.
 */
export const PATTERNS = {
  /** RFC 1123, section 2.1: labels of letters, digits and inner dashes, joined by dots. */
  hostname: `^(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*)?$`,
  /** An octal number up to 07777; the group has its digits. */
  permissions: '^(?:(?:0o)?0*([0-7]{1,4}))?$',
  sha256: '^(?:[0-9a-fA-F]{64})?$',
  device: '^(?:$|/dev/.)',
  /**
   * A repository of an image: host, port, path (OCI distribution specification). A tag or a digest
   * would fix the version.
   */
  image: '^(?:(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)?$',
  /** It becomes a tag and the value of a label; a `+` is written as `-` there. */
  version: '^(?:[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,61}[A-Za-z0-9])?)?$',
  /** The beginning of an absolute path, which is required. */
  path: '^/',
  /** A URL as far as a pattern knows: its host and port are for the check alone. */
  http: `^(?:$|${HTTP_URL})`,
  /** A URL, or a path on the medium. */
  httpOrPath: `^(?:$|/|${HTTP_URL})`,
  /** The URL of a k3s server, which has no blanks either. */
  https: '^(?:$|[Hh][Tt][Tt][Pp][Ss]://[^\\s\\u0000-\\u001f\\u007f-\\u009f]+$)',
  /** The name of a label, with or without the prefix of its owner. */
  labelName: `^${QUALIFIED_NAME}$`,
  labelValue: `^(?:${LABEL})?$`,
  /** KEY:EFFECT, KEY=:EFFECT or KEY=VALUE:EFFECT. */
  taint: `^(?:${QUALIFIED_NAME}(?:=(?:${LABEL})?)?:(?:${TAINT_EFFECTS.join('|')}))?$`,
} as const;

/**
 * Returns whether a text is at most 63 letters, digits and single dashes between them. As a part of
 * a host name, as a name or as a value of a label it is valid; most are such texts, and V8 takes
 * long to compile the patterns for the others.
 */
export function isSimpleName(text: string): boolean {
  return text.length <= 63 && SIMPLE_NAME.test(text);
}

const SIMPLE_NAME = /^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/;

/** Linux keeps at most this many bytes of a host name (HOST_NAME_MAX, sethostname(2)). */
export const MAX_HOSTNAME = 64;
