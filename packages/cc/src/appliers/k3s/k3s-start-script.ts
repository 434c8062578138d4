import { HaosError } from '@haos/host';
import type { CcErrorCode } from '../../errors.js';
import { ownershipLine } from '../files/key-file.js';
import { k3sPaths } from './k3s-service.js';
import { quoteWord } from './shell-words.js';

/** Starts in a row that follow one another at once, where each k3s ended soon. */
export const QUICK_STARTS = 3;

/** How long a k3s runs at most that ended soon. Seconds. */
export const SOON = 120;
/** How long the first start waits for the network. Seconds. */
const NETWORK = 30;
/** What is waited beyond the delay of the supervisor. Seconds. */
const PAUSE = 25;

/**
 * The script that the service starts and that becomes k3s.
 *
 * OpenRC expands the arguments of a service without quotes, file names included, and evaluates the result; a script can quote
 * them. The environment is read here for the same reason: a variable such as IFS or RC_SVCNAME means nothing to OpenRC's shell.
 * The supervisor of OpenRC before 0.60 knows only one delay between restarts, so this script has another one for a k3s that
 * cannot start, as with a wrong token. The first start waits for the network here and not as a service, behind which others wait.
 *
 * Throws HAOS_CC_K3S_ARGUMENT for a word with a control character.
 */
export function renderStartScript(binary: string, words: readonly string[]): string {
  const command = [binary, ...words].map((word) => quoteWord(refuseControlCharacters(word))).join(' ');
  return `#!/bin/sh
${ownershipLine('haos.k3s_args')}
# The flags of k3s are in ${k3sPaths.config}.

uptime() {
	read -r seconds _ </proc/uptime
	echo "\${seconds%%.*}"
}

# After ${QUICK_STARTS} starts in a row that ended within ${SOON} seconds, the next ones wait.
wait_when_failing() {
	count=0 last=0
	[ ! -r ${k3sPaths.starts} ] || read -r count last <${k3sPaths.starts}
	[ $(($(uptime) - \${last:-0})) -lt ${SOON} ] || count=0
	if [ "\${count:-0}" -ge ${QUICK_STARTS} ]; then
		echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) haos: k3s ended soon after each of its last $count starts; the next is in ${PAUSE} seconds"
		sleep ${PAUSE}
	fi
	echo "$((\${count:-0} + 1)) $(uptime)" >${k3sPaths.starts}
}

wait_when_failing
[ "$count" -gt 0 ] || /usr/lib/haos/boot/wait-online ${NETWORK}
# Pods mount it; where it is missing, the runtime would make a directory in its place.
[ -e /etc/localtime ] || ln -s /usr/share/zoneinfo/Etc/UTC /etc/localtime
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
