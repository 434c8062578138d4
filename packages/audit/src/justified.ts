/** Programs that may run with the rights of their owner or group, and why. */
export const SETUID_PROGRAMS: Readonly<Record<string, string>> = {
  '/usr/bin/sudo': 'rancher becomes root',
  '/usr/bin/su': 'root changes to another account; others need its password',
  '/usr/bin/passwd': 'a user changes the own password',
  '/usr/bin/crontab': 'a user changes the own timed commands (group crontab)',
  '/usr/bin/ssh-agent':
    'its memory with the keys of a user cannot be read by other programs of that user (group _ssh)',
  '/usr/sbin/unix_chkpwd': 'a program of a user asks whether a password is right (group shadow)',
  '/usr/lib/dbus-1.0/dbus-daemon-launch-helper': 'the message bus starts wpa_supplicant for connman',
};

/** Directories and files that all users may write, and why. The directories have the sticky bit. */
export const WORLD_WRITABLE: Readonly<Record<string, string>> = {
  '/tmp': 'temporary files',
  '/var/tmp': 'temporary files that survive a restart',
  '/run/lock': 'lock files of programs of users',
  '/dev/shm': 'shared memory',
  '/dev/mqueue': 'message queues',
};

/** A socket that accepts connections or packets from other machines. */
export interface KnownSocket {
  readonly protocol: 'tcp' | 'udp';
  /** A port, or undefined for any. */
  readonly port?: number;
  /** The program, as the kernel calls it; undefined for the kernel itself. */
  readonly program?: string;
  readonly why: string;
}

const NFS = 'locks of NFS version 3, once such a volume is mounted';

/** What a node offers to other machines. */
export const KNOWN_SOCKETS: readonly KnownSocket[] = [
  { protocol: 'tcp', port: 22, program: 'sshd', why: 'logins by key' },
  { protocol: 'udp', port: 68, program: 'connmand', why: 'answers of a DHCP server' },
  { protocol: 'udp', port: 546, program: 'connmand', why: 'answers of a DHCP server of IPv6' },
  { protocol: 'udp', program: 'connmand', why: 'answers of time servers and name servers' },
  { protocol: 'tcp', port: 6443, program: 'k3s', why: 'servers: the Kubernetes API' },
  {
    protocol: 'tcp',
    port: 10250,
    program: 'k3s',
    why: 'the kubelet, for the API: logs and commands in pods',
  },
  {
    protocol: 'tcp',
    port: 10256,
    program: 'k3s',
    why: 'kube-proxy, for load balancers: is the node healthy',
  },
  { protocol: 'tcp', port: 2379, program: 'k3s', why: 'servers with etcd: its clients, by certificate' },
  { protocol: 'tcp', port: 2380, program: 'k3s', why: 'servers with etcd: its members, by certificate' },
  { protocol: 'tcp', port: 5001, program: 'k3s', why: 'servers with an embedded registry: other nodes' },
  { protocol: 'udp', port: 8472, why: 'the network between nodes (VXLAN)' },
  { protocol: 'udp', port: 51820, why: 'the network between nodes (WireGuard)' },
  { protocol: 'udp', port: 51821, why: 'the network between nodes (WireGuard, IPv6)' },
  { protocol: 'tcp', port: 111, program: 'rpcbind', why: NFS },
  { protocol: 'udp', port: 111, program: 'rpcbind', why: NFS },
  { protocol: 'tcp', program: 'rpc.statd', why: NFS },
  { protocol: 'udp', program: 'rpc.statd', why: NFS },
];
