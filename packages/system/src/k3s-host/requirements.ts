/** What k3s and the kubelet expect of their host; `docs/k3s-requirements.md` gives the reasons. */

/** Controllers of cgroup version 2, which the kubelet must find below the root. */
export const CONTROLLERS = ['cpu', 'cpuset', 'io', 'memory', 'pids'] as const;

/** Modules, each with its purpose. A module may also be built in. */
export const MODULES: Readonly<Record<string, string>> = {
  overlay: 'file systems of containers',
  br_netfilter: 'rules for traffic between pods of a node',
  vxlan: 'the default network between nodes',
  wireguard: 'the encrypted network between nodes',
  nf_conntrack: 'connections to services',
  nf_tables: 'rules of kube-proxy and network policies',
  ip_tables: 'rules of programs that use the old interface',
  ip_vs: 'kube-proxy in mode ipvs',
};

/** Programs that the kubelet, kube-proxy and volumes start. */
export const PROGRAMS = [
  'apparmor_parser',
  'conntrack',
  'ip',
  'iptables',
  'modprobe',
  'mount',
  'nft',
] as const;

/** The directories to search for programs. */
export const PROGRAM_DIRECTORIES = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

/**
 * Kernel settings. The first four are from the hardening guide of k3s: with
 * `--protect-kernel-defaults` the kubelet does not start without them.
 */
export const SYSCTLS: Readonly<Record<string, string>> = {
  'vm.panic_on_oom': '0',
  'vm.overcommit_memory': '1',
  'kernel.panic': '10',
  'kernel.panic_on_oops': '1',
  'net.ipv4.ip_forward': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
};

/**
 * Paths that must survive a reboot: workloads, and the password by which the server recognises the
 * node.
 */
export const PERSISTENT = ['/var/lib/rancher', '/etc/rancher/node'] as const;
