import type { Parameter } from '@haos/cmdline';
import { configDefinition } from '../generated/keys.js';
import { meantIdentity } from '../model/k3s-identity.js';
import { type KeyDefinition, snakeCase } from '../model/key.js';
import { lookUpName } from '../model/names.js';
import { suggestName } from '../model/suggest-name.js';
import { BOOT_PARAMETERS } from './boot-parameters.js';
import type { CmdlineProblem } from './cmdline-problem.js';

/** Returns the warning about a parameter that begins like ours but is not a key. */
export function unknownParameter(parameter: Parameter): CmdlineProblem {
  const malformed = parameter.name.includes('[') && parameter.malformed;
  const [, name = ''] = /^[^.]*\.([^.[]*)/.exec(parameter.name) ?? [];
  const meant = meantIdentity(name);
  const suggestion = suggestParameter(parameter.name) ?? meant;
  return {
    code: 'unknown-key',
    message: `unknown parameter ${parameter.name}`,
    start: parameter.nameOffset,
    length: Math.max(1, parameter.nameLength),
    hint: malformed
      ? 'Write the entry of a map as name[key]=value.'
      : suggestion && `Did you mean ${suggestion}?`,
    ...(meant && { meant }),
  };
}

/**
 * The documented name that is most like that of an unknown parameter; undefined when none is close.
 */
function suggestParameter(name: string): string | undefined {
  const path = name.replace(/^(?:k3os|haos)[.[]/i, '');
  if (BOOT_PARAMETERS.has(`haos.${path}`)) return `haos.${path}`;
  if (lookUpName(configDefinition, path)) return suggestPath(configDefinition, path);
  return suggestPath(configDefinition, `haos.${path}`);
}

function suggestPath(section: KeyDefinition, path: string): string | undefined {
  const [, written = '', separator = '', inside = ''] = /^([^.[]*)([.[]?)(.*)$/s.exec(path) ?? [];
  const similar = lookUpName(section, written) ?? lookUpName(section, suggestName(section, written) ?? '');
  if (similar === undefined) return undefined;
  const name = snakeCase(similar.name);
  if (separator === '') return name;
  if (similar.kind === 'string-map') return `${name}${separator}${inside}`;
  const rest = similar.keys && separator === '.' ? suggestPath(similar, inside) : undefined;
  return rest && `${name}.${rest}`;
}
