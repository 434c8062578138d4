import { ownershipLine } from '../files/key-file.js';
import { refuseControlCharacters } from './k3s-start-script.js';

/**
 * Returns the text of a file that k3s merges into its configuration. A later file replaces a key of
 * the same name, but a `+` after the name appends to a list (docs.k3s.io, "Configuration File"). So
 * lists are appended, as repeated flags were, and everything else overrides. All values are quoted,
 * so that YAML does not change them.
 *
 * Throws HAOS_CC_K3S_ARGUMENT for a value with a control character.
 */
export function renderK3sConfig(settings: ReadonlyMap<string, string | readonly string[]>): string {
  const entries = [...settings].map(([name, value]) =>
    typeof value === 'string'
      ? `${name}: ${formatScalar(value)}\n`
      : `${name}+:\n${value.map(formatItem).join('')}`,
  );
  return `${ownershipLine('haos.k3s_args, haos.labels and haos.taints')}\n${entries.join('') || '{}\n'}`;
}

function formatItem(value: string): string {
  return `  - ${formatScalar(value)}\n`;
}

/** YAML's double quotes are those of JSON, except for line breaks that only YAML knows. */
function formatScalar(value: string): string {
  if (value === 'true' || value === 'false') return value;
  return JSON.stringify(refuseControlCharacters(value)).replace(
    /[\u0080-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
