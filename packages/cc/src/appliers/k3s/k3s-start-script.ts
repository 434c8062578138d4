import { HaosError } from '@haos/host';
import type { CcErrorCode } from '../../errors.js';
import { ownershipLine } from '../files/key-file.js';
import { k3sPaths } from './k3s-service.js';
import { quoteWord } from './shell-words.js';

/** The number of starts in a row that follow each other at once although k3s exited soon. */
export const QUICK_STARTS = 3;

/** k3s exited soon if it ran for at most this time. Seconds. */
export const SOON = 120;
/** How long the first start waits for the network. Seconds. */
const NETWORK = 30;
/** How long to wait in addition to the delay of the supervisor. Seconds. */
const PAUSE = 25;

/**
 * Returns the script that the service starts and that execs k3s.
 *
 * OpenRC expands the arguments of a service without quotes, including file names, and evaluates the
 * result; a script can quote them. The script also reads the environment, because OpenRC's shell
 * would give a variable such as IFS or RC_SVCNAME a meaning. The supervisor of OpenRC before 0.60
 * has only one delay between restarts, so the script adds another for a k3s that cannot start, as
 * with a wrong token. The first start waits for the network here and not in a service, because
 * other services would wait for that one.
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
		echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) haos: k3s exited soon after each of its last $count starts; the next start is in ${PAUSE} seconds"
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

/**
 * Returns the text, or throws for a control character. A line break would end a line of the log,
 * and nothing that k3s accepts needs one.
 */
export function refuseControlCharacters(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression looks for them
  if (!/[\u0000-\u001f\u007f]/.test(text)) return text;
  throw new HaosError<CcErrorCode>('HAOS_CC_K3S_ARGUMENT', 'an argument of k3s has a control character', {
    hint: 'Remove line breaks and tabs from haos.k3s_args, haos.labels and haos.taints.',
  });
}
