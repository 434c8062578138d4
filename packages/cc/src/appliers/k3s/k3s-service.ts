import { ownershipLine } from '../files/key-file.js';

/** The Go implementation uses the same name on its nodes. */
export const K3S_SERVICE = 'k3s-service';

export const k3sPaths = {
  service: `/etc/init.d/${K3S_SERVICE}`,
  /**
   * The script that the service starts. Only root can read it, because arguments may hold a secret.
   */
  startScript: `/etc/rancher/k3s/${K3S_SERVICE}.sh`,
  environment: `/etc/rancher/k3s/${K3S_SERVICE}.env`,
  /** k3s reads this file first, then those of the directory in the order of their names. */
  ownConfig: '/etc/rancher/k3s/config.yaml',
  configDirectory: '/etc/rancher/k3s/config.yaml.d',
  config: '/etc/rancher/k3s/config.yaml.d/50-haos.yaml',
  logRotation: `/etc/logrotate.d/${K3S_SERVICE}`,
  log: `/var/log/${K3S_SERVICE}.log`,
  /** What k3s was last started with. Lost at a reboot, like k3s itself. */
  inputs: '/run/haos/k3s-inputs',
  /**
   * The same, written before the start if the runtime phase cannot change it. The service
   * `k3s-early` then starts k3s.
   */
  early: '/run/haos/k3s-early',
  /**
   * How often in a row k3s exited soon after its start, and when it last started: seconds since the
   * kernel did.
   */
  starts: '/run/haos/k3s-starts',
} as const;

/**
 * Returns the OpenRC service of k3s (openrc-run(8)), supervised and without a limit of restarts. A
 * start by hand or by the configuration ignores earlier failures. The service depends on nothing
 * that applies the configuration, because that starts it.
 */
export function renderService(): string {
  return `#!/sbin/openrc-run
${ownershipLine('haos.k3s_args')}

description="Kubernetes"
supervisor=supervise-daemon
command=${k3sPaths.startScript}
pidfile=/run/${K3S_SERVICE}.pid
output_log=${k3sPaths.log}
error_log=${k3sPaths.log}
respawn_delay=5
respawn_max=0
rc_ulimit="-n 1048576"

depend() {
	want cgroups
	after connman
}

start_pre() {
	rm -f ${k3sPaths.starts}
}
`;
}

/**
 * Copies and truncates the log instead of moving it, because the supervisor keeps the file open.
 */
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
