import type { IdentityKey } from './model/k3s-identity.js';

export type Severity = 'error' | 'warning' | 'info';

/** The sources of values, lowest precedence first (docs/configuration.md). */
export const SOURCE_NAMES = ['system', 'cmdline', 'local', 'metadata', 'userdata', 'config.d'] as const;
/** `input`: the caller gave it, such as a file to validate. */
export type SourceName = (typeof SOURCE_NAMES)[number] | 'input';

/** One place in a source. Lines and columns count from 1, columns in UTF-16 units. */
export interface Origin {
  source: SourceName;
  /** The path of the file as the caller knows it. */
  file: string;
  line: number;
  column: number;
  /** UTF-16 units from the start of the text. */
  offset: number;
  /** Length of the part that the issue is about; at least 1. */
  length: number;
}

/** A problem that the author of a configuration should know. Codes are stable: docs/errors.md. */
export interface Issue {
  severity: Severity;
  code: IssueCode;
  /** What is wrong, and with what. In lower case, without the value of a secret. */
  message: string;
  /**
   * JSON pointer into the configuration object, such as `/haos/k3sArgs/0`; empty for a whole
   * source.
   */
  pointer: string;
  /** The key as it is documented, such as `haos.k3s_args[0]`; empty for a whole source. */
  key: string;
  origin: Origin | undefined;
  /** A sentence that says how to fix it. */
  hint: string | undefined;
  /**
   * Of a key that is unknown or replaced: the key that it probably means, if that one decides which
   * cluster the node belongs to.
   */
  meant?: IdentityKey;
}

export type IssueCode =
  | 'unreadable-source'
  | 'invalid-yaml'
  | 'invalid-encoding'
  | 'not-a-mapping'
  | 'unsupported-user-data'
  | 'more-documents'
  | 'duplicate-key'
  | 'two-spellings'
  | 'unknown-key'
  | 'wrong-type'
  | 'missing-key'
  | 'deprecated-form'
  | 'ambiguous-scalar'
  | 'invalid-cmdline'
  | 'invalid-value'
  | 'invalid-url'
  | 'invalid-hostname'
  | 'invalid-path'
  | 'invalid-permissions'
  | 'invalid-content'
  | 'invalid-key-source'
  | 'invalid-label'
  | 'invalid-taint'
  | 'invalid-sysctl'
  | 'invalid-wifi'
  | 'invalid-sha256'
  | 'duplicate-manifest'
  | 'unsupported-data-source'
  | 'joined-argument'
  | 'invalid-k3s-args'
  | 'unknown-k3s-flag'
  | 'no-effect';
