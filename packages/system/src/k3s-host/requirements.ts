/** What k3s and the kubelet expect of their host; `docs/k3s-requirements.md` says why. */

/** Of version 2; the kubelet has to find them below the root. */
export const CONTROLLERS = ['cpu', 'cpuset', 'io', 'memory', 'pids'] as const;

/** Modules, each with what it is for. One may also be built in. */
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

/** Where programs are looked for. */
export const PROGRAM_DIRECTORIES = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

/** Kernel settings: the first four are those of the hardening guide of k3s, without which a kubelet that protects them does not start. */
export const SYSCTLS: Readonly<Record<string, string>> = {
  'vm.panic_on_oom': '0',
  'vm.overcommit_memory': '1',
  'kernel.panic': '10',
  'kernel.panic_on_oops': '1',
  'net.ipv4.ip_forward': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
};

/** What has to outlive a boot: workloads, and the password by which the server knows the node. */
export const PERSISTENT = ['/var/lib/rancher', '/etc/rancher/node'] as const;
