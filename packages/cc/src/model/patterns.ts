const HOST_LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

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
  /** The beginning of a URL. That the rest is one, too, is for the check alone. */
  https: '^(?:$|[Hh][Tt][Tt][Pp][Ss]://)',
  http: '^(?:$|[Hh][Tt][Tt][Pp][Ss]?://)',
  /** A URL, or a path on the medium. */
  httpOrPath: '^(?:$|/|[Hh][Tt][Tt][Pp][Ss]?://)',
} as const;

/** Linux keeps at most this many bytes of a host name (HOST_NAME_MAX, sethostname(2)). */
export const MAX_HOSTNAME = 64;
