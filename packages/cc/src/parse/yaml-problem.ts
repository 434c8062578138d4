/** A problem in a YAML text, with its offset. */
export interface YamlProblem {
  code: 'invalid-yaml' | 'duplicate-key' | 'more-documents';
  message: string;
  start: number;
  length: number;
  hint?: string;
}

/** What js-yaml throws. */
export interface YamlError {
  reason?: string;
  mark?: { position: number };
}
