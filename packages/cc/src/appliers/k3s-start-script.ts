import { HaosError } from '@haos/system';
import type { CcErrorCode } from '../errors.js';
import { k3sPaths } from './k3s-service.js';
import { ownershipLine } from './key-file.js';
import { quoteWord } from './shell-words.js';

/**
 * The script that the service starts and that becomes k3s.
 *
 * OpenRC expands the arguments of a service without quotes, file names included, and evaluates the result; a script can quote
 * them. The environment is read here for the same reason: a variable such as IFS or RC_SVCNAME means nothing to OpenRC's shell.
 *
 * Throws HAOS_CC_K3S_ARGUMENT for a word with a control character.
 */
export function renderStartScript(binary: string, words: readonly string[]): string {
  const command = [binary, ...words].map((word) => quoteWord(refuseControlCharacters(word))).join(' ');
  return `#!/bin/sh
${ownershipLine('haos.k3s_args')}
# The flags of k3s are in ${k3sPaths.config}.

set -o allexport
. ${k3sPaths.environment}
exec ${command}
`;
}

/** The text itself. A line break would end a line of the log, and nothing that k3s takes needs one. */
export function refuseControlCharacters(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (!/[\u0000-\u001f\u007f]/.test(text)) return text;
  throw new HaosError<CcErrorCode>('HAOS_CC_K3S_ARGUMENT', 'an argument of k3s has a control character', {
    hint: 'Remove line breaks and tabs from haos.k3s_args, haos.labels and haos.taints.',
  });
}
