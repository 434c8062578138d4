import { ownershipLine } from '../files/key-file.js';

/** The name is that of the nodes of the Go implementation. */
export const K3S_SERVICE = 'k3s-service';

export const k3sPaths = {
  service: `/etc/init.d/${K3S_SERVICE}`,
  /** What the service starts; only root reads it, because arguments may hold a secret. */
  startScript: `/etc/rancher/k3s/${K3S_SERVICE}.sh`,
  environment: `/etc/rancher/k3s/${K3S_SERVICE}.env`,
  /** k3s reads these first, the directory's files in the order of their names. */
  ownConfig: '/etc/rancher/k3s/config.yaml',
  configDirectory: '/etc/rancher/k3s/config.yaml.d',
  config: '/etc/rancher/k3s/config.yaml.d/50-haos.yaml',
  logRotation: `/etc/logrotate.d/${K3S_SERVICE}`,
  log: `/var/log/${K3S_SERVICE}.log`,
  /** What k3s was last started with; forgotten at a reboot, as k3s is. */
  inputs: '/run/haos/k3s-inputs',
  /** The same, before the start, when nothing of the runtime phase can change it; the service `k3s-early` then starts k3s. */
  early: '/run/haos/k3s-early',
  /** How often in a row k3s ended soon after its start, and when it last started: seconds since the kernel did. */
  starts: '/run/haos/k3s-starts',
} as const;

/**
 * The OpenRC service of k3s (openrc-run(8)), supervised and without a limit of restarts. A start by hand or by
 * the configuration does not wait for what failed before. It comes after nothing that applies
 * the configuration, because that is what starts it.
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
