import type { PrivilegesLook } from './check.js';

/** A service that does not have all rights of root. */
export interface LimitedService extends Omit<PrivilegesLook, 'kind'> {
  /** Its name in /etc/init.d and /etc/conf.d. */
  readonly service: string;
  /** What its rights are for. */
  readonly why: string;
}

/**
 * /etc/init.d and the launcher of wpa_supplicant set the same; os/src/accounts.ts has the users.
 */
export const LIMITED_SERVICES: readonly LimitedService[] = [
  {
    service: 'connman',
    program: 'connmand',
    user: 'connman',
    capabilities: ['net_admin', 'net_bind_service', 'net_raw', 'sys_time'],
    sometimes: { sys_admin: 'while the machine has no name of its own' },
    noNewPrivileges: true,
    why: 'it sets addresses, routes and the clock, and asks DHCP servers, which may also give the name',
  },
  {
    service: 'wpa_supplicant',
    program: 'wpa_supplicant',
    user: 'wpa',
    capabilities: ['net_admin', 'net_raw'],
    sometimes: { dac_read_search: 'if a network has files with keys' },
    noNewPrivileges: true,
    why: 'it controls radios for connman; files with keys may be readable for root only. It also runs where no radio is',
  },
  {
    service: 'syslog',
    program: 'syslogd',
    user: 'syslog',
    capabilities: [],
    noNewPrivileges: true,
    why: 'it writes what all programs report to its own directory',
  },
  {
    service: 'klogd',
    program: 'klogd',
    user: 'klogd',
    capabilities: ['syslog'],
    noNewPrivileges: true,
    why: 'it reads the log of the kernel',
  },
  {
    service: 'dbus',
    program: 'dbus-daemon',
    user: 'messagebus',
    capabilities: ['audit_write'],
    why: 'it starts wpa_supplicant by a helper with setuid, which other users cannot run',
  },
  {
    service: 'rpcbind',
    program: 'rpcbind',
    user: '_rpc',
    capabilities: [],
    why: 'for NFS version 3, once it is used; it opens its port as root, then changes to this user',
  },
  {
    service: 'statd',
    program: 'rpc.statd',
    user: 'statd',
    capabilities: ['net_bind_service'],
    why: 'for NFS version 3, once it is used; it opens its port as root, then changes to this user',
  },
];

/** Services with all rights of root, and why. */
export const ROOT_SERVICES: Readonly<Record<string, string>> = {
  'k3s, containerd, shims of containers': 'they mount, make namespaces and give containers their rights',
  sshd: 'it starts the session of any user',
  udevd: 'it makes devices, loads modules and runs the programs of its rules; it reads what devices say',
  cron: 'it starts jobs of any user, which may need any right; it reads only the tables of root and of users',
  acpid:
    'its action for the power button, which a configuration may replace, turns the node off; it reads only buttons',
  iscsid:
    'the kernel takes disks only from a program with `CAP_SYS_ADMIN`, which is almost root; it connects to no machine before a volume needs it',
  'mdadm, where an array has redundancy':
    'it opens disks and writes to the consoles; it reads only their state',
  'qemu-ga, vmtoolsd, hv_kvp_daemon, hv_vss_daemon':
    'they set the clock, freeze file systems and power the node off; they take orders from the hypervisor, which controls the machine in any case. Each runs only on its own',
  'banner, networks, health, haos':
    'programs of HAOS that change consoles, routes, the boot state and files of root',
};
