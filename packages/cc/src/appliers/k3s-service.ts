import { HaosError } from '@haos/system';
import type { CcErrorCode } from '../errors.js';
import { ownershipLine } from './key-file.js';
import { quoteWord } from './shell-words.js';

/** The name is that of the nodes of the Go implementation. */
export const K3S_SERVICE = 'k3s-service';

export const k3sPaths = {
  service: `/etc/init.d/${K3S_SERVICE}`,
  environment: `/etc/rancher/k3s/${K3S_SERVICE}.env`,
  logRotation: `/etc/logrotate.d/${K3S_SERVICE}`,
  log: `/var/log/${K3S_SERVICE}.log`,
  /** What k3s was last started with; forgotten at a reboot, as k3s is. */
  inputs: '/run/haos/k3s-inputs',
} as const;

const FIRST_LINE = ownershipLine('haos.k3s_args, haos.labels and haos.taints');

/**
 * The OpenRC service of k3s (openrc-run(8)), supervised and without a limit of restarts.
 *
 * The environment is read in `start_pre`: that is the shell which then starts the supervisor, and the only moment at which the
 * secrets are needed. It comes after nothing that applies the configuration, because that is what starts it. Throws
 * HAOS_CC_K3S_ARGUMENT for an argument with a control character.
 */
export function renderService(command: string, args: readonly string[]): string {
  return `#!/sbin/openrc-run
${FIRST_LINE}

description="Kubernetes"
supervisor=supervise-daemon
command=${command}
command_args="${formatArguments(args)}"
pidfile=/run/${K3S_SERVICE}.pid
output_log=${k3sPaths.log}
error_log=${k3sPaths.log}
respawn_delay=5
respawn_max=0
rc_ulimit="-n 1048576"

depend() {
	want cgroups
	after connman net-online
}

start_pre() {
	set -o allexport
	. ${k3sPaths.environment}
	set +o allexport
}
`;
}

/** Copied and cut, not moved: the supervisor keeps the file open. */
export function renderLogRotation(): string {
  return `${k3sPaths.log} {
	size 50M
	rotate 4
	compress
	copytruncate
	missingok
	notifempty
}
`;
}

/**
 * OpenRC expands `$command_args` without quotes and evaluates the result, so each word is quoted for the shell, and the
 * whole once more for the assignment. The expansion turns a run of blanks into one; an empty word between two blanks keeps
 * them apart, and other white space is refused.
 */
function formatArguments(args: readonly string[]): string {
  const words = args.map((argument) => quoteWord(checkArgument(argument)).replace(/ (?= )/g, " ''"));
  return words.join(' ').replace(/[\\"$`]/g, '\\$&');
}

function checkArgument(argument: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (!/[\u0000-\u001f\u007f]/.test(argument)) return argument;
  throw new HaosError<CcErrorCode>('HAOS_CC_K3S_ARGUMENT', 'an argument of k3s holds a control character', {
    hint: 'Remove line breaks and tabs from haos.k3s_args, haos.labels and haos.taints.',
  });
}
