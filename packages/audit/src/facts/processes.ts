import type { Host } from '@haos/host';

/** The rights of a running process. */
export interface ProcessPrivileges {
  readonly pid: string;
  /** The real, effective, saved and file system user, each once. */
  readonly uids: readonly number[];
  /** Capabilities that it has or may raise, without `CAP_`. */
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: boolean;
}

/** By number: capabilities(7), include/uapi/linux/capability.h. */
const CAPABILITIES = [
  ...['chown', 'dac_override', 'dac_read_search', 'fowner', 'fsetid', 'kill', 'setgid', 'setuid'],
  ...['setpcap', 'linux_immutable', 'net_bind_service', 'net_broadcast', 'net_admin', 'net_raw'],
  ...['ipc_lock', 'ipc_owner', 'sys_module', 'sys_rawio', 'sys_chroot', 'sys_ptrace', 'sys_pacct'],
  ...['sys_admin', 'sys_boot', 'sys_nice', 'sys_resource', 'sys_time', 'sys_tty_config', 'mknod', 'lease'],
  ...['audit_write', 'audit_control', 'setfcap', 'mac_override', 'mac_admin', 'syslog', 'wake_alarm'],
  ...['block_suspend', 'audit_read', 'perfmon', 'bpf', 'checkpoint_restore'],
];

/**
 * Returns the rights of each process of the node itself that runs this program: the name of its
 * file, or, of busybox, its first argument.
 */
export function readProcesses(host: Host, program: string): ProcessPrivileges[] {
  return host.files.list('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || programOf(host, pid) !== program || isOfPod(host, pid)) return [];
    const status = readProcess(host, pid, 'status');
    return status === undefined ? [] : [parseStatus(pid, status)];
  });
}

function programOf(host: Host, pid: string): string | undefined {
  const [file = '', first] = readProcess(host, pid, 'cmdline')?.split('\0') ?? [];
  const name = file.slice(file.lastIndexOf('/') + 1);
  return name === 'busybox' ? first : name;
}

/** The kubelet puts containers into groups below `kubepods`. */
export function isOfPod(host: Host, pid: string): boolean {
  return readProcess(host, pid, 'cgroup')?.includes('/kubepods') ?? false;
}

/** Returns undefined if the process has ended meanwhile. */
function readProcess({ files }: Host, pid: string, name: string): string | undefined {
  try {
    return files.readTextIfExists(`/proc/${pid}/${name}`);
  } catch {
    return undefined;
  }
}

function parseStatus(pid: string, status: string): ProcessPrivileges {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  const permitted = BigInt(`0x${field('CapPrm') || '0'}`);
  return {
    pid,
    uids: [...new Set(field('Uid').split(/\s+/).map(Number))],
    capabilities: CAPABILITIES.filter((_, bit) => ((permitted >> BigInt(bit)) & 1n) === 1n),
    noNewPrivileges: field('NoNewPrivs') === '1',
  };
}
