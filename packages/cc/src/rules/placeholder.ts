import { configDefinition } from '../generated/keys.js';
import type { CloudConfig } from '../generated/types.js';
import type { KeyDefinition } from '../model/key.js';
import { toPointer } from '../model/pointer.js';
import { type Finding, isError } from './rule.js';

/** `<...>`, `${...}` and `{{...}}`, as in instructions and templates. */
const PLACEHOLDER = /<[A-Za-z][\w .-]*>|\$\{[^{}\n]+\}|\{\{[^{}\n]+\}\}/;

/** Keys whose values a shell or another program reads, to which such texts mean something. */
const FREE_TEXT = ['initCmd', 'bootCmd', 'runCmd', 'content'];

/** Returns whether a text still has a placeholder. */
export function hasPlaceholder(text: string): boolean {
  return mayHavePlaceholder(text) && PLACEHOLDER.test(text);
}

/** Whether a text is nothing but a placeholder. A secret may have such a part by chance. */
export function isPlaceholder(text: string): boolean {
  return mayHavePlaceholder(text) && PLACEHOLDER.exec(text)?.[0] === text.trim();
}

/**
 * The findings, with a better hint where the value is a placeholder, and a warning for each other
 * value that has one. No message has the value, which may be a secret.
 */
export function withPlaceholders(findings: readonly Finding[], config: CloudConfig): Finding[] {
  if (!mayHavePlaceholder(config)) return [...findings];
  const pointers = new Set(placeholdersOf(config, configDefinition));
  const explained = findings.map((finding) =>
    pointers.has(finding.pointer) && isError(finding) ? { ...finding, hint: HINT } : finding,
  );
  for (const { pointer } of explained) pointers.delete(pointer);
  const others = [...pointers].filter((pointer) => !pointer.startsWith('/sshAuthorizedKeys/'));
  return [...explained, ...others.map(placeholderFinding)];
}

const HINT = 'Replace the placeholder with its value.';

/** What a placeholder is where a value is needed. */
export function placeholderFinding(pointer: string): Finding {
  return {
    code: 'invalid-value',
    severity: 'warning',
    pointer,
    message: 'this has a placeholder, which nothing replaces',
    hint: HINT,
  };
}

/** Returns whether it is worth looking: few configurations have one of these characters. */
function mayHavePlaceholder(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('<') || value.includes('{');
  return typeof value === 'object' && value !== null && Object.values(value).some(mayHavePlaceholder);
}

/** Returns the pointers from a value to the placeholders in it. */
function placeholdersOf(value: unknown, key: KeyDefinition): string[] {
  if (typeof value === 'string') {
    const isIn = key.secret === true ? isPlaceholder(value) : hasPlaceholder(value);
    return isIn && !FREE_TEXT.includes(key.name) ? [''] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([name, inside]) => {
    const inner = isList ? key : (key.keys?.find((candidate) => candidate.name === name) ?? key);
    return placeholdersOf(inside, inner).map((pointer) => toPointer([name]) + pointer);
  });
}
