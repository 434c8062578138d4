import type { Check, Source, SysctlLook } from '../check.js';

type Setting = Pick<Check, 'title' | 'why' | 'severity'> & Partial<Pick<Check, 'level'>>;

type Accepted = SysctlLook['accepted'];

/**
 * Returns what makes checks of the settings that a source demands. The id is the key, unless the
 * key does not begin with `kernel`.
 */
function settingsOf(source: Source) {
  return (key: string, accepted: Accepted, setting: Setting): Check => {
    const id = key.startsWith('kernel.') ? key : `kernel.${key}`;
    return { id, source, level: 'standard', ...setting, look: { kind: 'sysctl', key, accepted } };
  };
}

const kspp = settingsOf('kspp');
const cisLinux = settingsOf('cis-linux');
const lynis = settingsOf('lynis');
const k3s = settingsOf('k3s');
const kernel = settingsOf('kernel');

/** The same setting for all interfaces, and for those that are still to come. */
function network(version: 'ipv4' | 'ipv6', name: string, accepted: Accepted, setting: Setting): Check[] {
  return ['all', 'default'].map((which) =>
    cisLinux(`net.${version}.conf.${which}.${name}`, accepted, {
      ...setting,
      title: `${setting.title} (${which === 'all' ? 'all' : 'new'} interfaces, ${version === 'ipv4' ? 'IPv4' : 'IPv6'})`,
    }),
  );
}

const REDIRECTS: Setting = {
  title: 'Redirects of other hosts are ignored',
  why: 'A host in the same network could move the traffic of the node through itself.',
  severity: 'medium',
};

const SOURCE_ROUTES: Setting = {
  title: 'Packets do not choose their own route',
  why: 'A sender could reach a network that the routes of the node keep it from.',
  severity: 'medium',
};

/** Kernel settings. The image sets those of level `standard`, and `haos.hardening` the others. */
export const KERNEL_CHECKS: readonly Check[] = [
  kspp('kernel.kptr_restrict', ['2'], {
    title: 'Addresses of the kernel are hidden',
    why: 'An exploit needs to know where things are in the memory of the kernel.',
    severity: 'medium',
  }),
  kspp('kernel.dmesg_restrict', ['1'], {
    title: 'Only root reads the kernel log',
    why: 'The log contains addresses and details of the hardware.',
    severity: 'low',
  }),
  kspp('kernel.perf_event_paranoid', ['3', '4', '2'], {
    title: 'Only root measures with performance events',
    why: 'This interface of the kernel has had many holes, and shows what other processes do.',
    severity: 'medium',
  }),
  kspp('kernel.unprivileged_bpf_disabled', ['2', '1'], {
    title: 'Only root loads BPF programs',
    why: 'Its verifier has had holes through which any user became root. 2 is as strict as 1, but can be changed by `haos.sysctls`.',
    severity: 'high',
  }),
  kspp('kernel.yama.ptrace_scope', ['1', '2', '3'], {
    title: 'A process traces only its children',
    why: 'One broken program of a user could read the secrets of all others of that user.',
    severity: 'medium',
  }),
  cisLinux('kernel.randomize_va_space', ['2'], {
    title: 'Addresses of programs are random',
    why: 'An exploit of a program would know where its code and data are.',
    severity: 'high',
  }),
  lynis('kernel.sysrq', ['0'], {
    title: 'The keyboard and the serial line have no commands for the kernel',
    why: 'A person at the console could end all processes or restart the node without a login. root still can, through /proc/sysrq-trigger.',
    severity: 'low',
  }),
  lynis('kernel.core_uses_pid', ['1'], {
    title: 'Each core dump has a file of its own',
    why: 'A dump that overwrites another one destroys the trace of an attack.',
    severity: 'low',
  }),
  cisLinux('fs.suid_dumpable', ['0'], {
    title: 'Programs with more rights than their user leave no core dump',
    why: 'The dump could contain what the user may not read.',
    severity: 'medium',
  }),
  kspp('dev.tty.ldisc_autoload', ['0'], {
    title: 'Users do not make the kernel load line disciplines',
    why: 'These modules are old and rarely looked at, and have had holes through which any user became root.',
    severity: 'medium',
  }),
  kspp('vm.unprivileged_userfaultfd', ['0'], {
    title: 'Only root handles page faults of the kernel in user space',
    why: 'It makes many races in the kernel easy to win.',
    severity: 'medium',
  }),
  kspp('fs.protected_hardlinks', ['1'], {
    title: 'Hard links only to files that the user may write',
    why: 'A user could make a privileged program write to a file of another user.',
    severity: 'medium',
  }),
  kspp('fs.protected_symlinks', ['1'], {
    title: 'Links in shared directories are followed only for their owner',
    why: 'A link in /tmp could lead a privileged program to any file.',
    severity: 'medium',
  }),
  kspp('fs.protected_fifos', ['2', '1'], {
    title: 'Pipes of others in shared directories are not opened',
    why: 'A privileged program could write its data into the pipe of another user.',
    severity: 'low',
  }),
  kspp('fs.protected_regular', ['2', '1'], {
    title: 'Files of others in shared directories are not opened to be created',
    why: 'A privileged program could write its data into the file of another user.',
    severity: 'low',
  }),
  k3s('vm.panic_on_oom', ['0'], {
    title: 'The kernel ends a process if memory runs out',
    why: 'The kubelet expects it; with `protect-kernel-defaults` it does not start otherwise.',
    severity: 'low',
  }),
  k3s('vm.overcommit_memory', ['1'], {
    title: 'Memory may be promised more than once',
    why: 'The kubelet expects it; with `protect-kernel-defaults` it does not start otherwise.',
    severity: 'low',
  }),
  k3s('kernel.panic', ['10'], {
    title: 'The node restarts ten seconds after a panic',
    why: 'The kubelet expects it; with `protect-kernel-defaults` it does not start otherwise.',
    severity: 'low',
  }),
  k3s('kernel.panic_on_oops', ['1'], {
    title: 'An error in the kernel stops the node',
    why: 'A kernel in an unknown state could be made to do more. The kubelet expects it, too.',
    severity: 'medium',
  }),
  ...network('ipv4', 'accept_redirects', ['0'], REDIRECTS),
  ...network('ipv6', 'accept_redirects', ['0'], REDIRECTS),
  ...network('ipv4', 'secure_redirects', ['0'], {
    ...REDIRECTS,
    title: 'Redirects of the gateway are ignored',
  }),
  ...network('ipv4', 'send_redirects', ['0'], {
    ...REDIRECTS,
    title: 'The node sends no redirects',
    why: 'A node that was taken over could move the traffic of its neighbours.',
  }),
  ...network('ipv4', 'accept_source_route', ['0'], SOURCE_ROUTES),
  ...network('ipv6', 'accept_source_route', ['0'], SOURCE_ROUTES),
  cisLinux('net.ipv4.icmp_echo_ignore_broadcasts', ['1'], {
    title: 'Pings to all hosts are not answered',
    why: 'The answers would flood the address that the ping claims to come from.',
    severity: 'low',
  }),
  cisLinux('net.ipv4.icmp_ignore_bogus_error_responses', ['1'], {
    title: 'Wrong error messages of routers are not logged',
    why: 'They could fill the log.',
    severity: 'low',
  }),
  cisLinux('net.ipv4.tcp_syncookies', ['1'], {
    title: 'Half open connections cannot exhaust the node',
    why: 'A flood of first packets would keep others from connecting.',
    severity: 'medium',
  }),
  kernel('net.ipv4.tcp_rfc1337', ['1'], {
    title: 'A late reset does not end a closed connection early',
    why: 'Its port could be used again while old packets still arrive.',
    severity: 'low',
  }),
  kspp('kernel.kexec_load_disabled', ['1'], {
    level: 'strict',
    title: 'No other kernel is started without the firmware',
    why: 'root could replace the running kernel by one without a signature. Costs: kexec and kdump.',
    severity: 'medium',
  }),
  kspp('kernel.unprivileged_userns_clone', ['0'], {
    level: 'strict',
    title: 'Only root makes user namespaces',
    why: 'In one of its own, any user reaches parts of the kernel that are for root. Costs: rootless containers and sandboxes of browsers, also in pods.',
    severity: 'medium',
  }),
  kernel('kernel.io_uring_disabled', ['2'], {
    level: 'strict',
    title: 'No process uses io_uring',
    why: 'It has had many holes and is not seen by seccomp. Costs: databases that use it fall back to slower calls.',
    severity: 'medium',
  }),
  kspp('net.core.bpf_jit_harden', ['2'], {
    level: 'strict',
    title: 'Compiled BPF programs hide their constants',
    why: 'Constants could smuggle code into the kernel. Costs: networks that are made of BPF, such as Cilium, become slower.',
    severity: 'low',
  }),
  ...network('ipv4', 'log_martians', ['1'], {
    level: 'strict',
    title: 'Packets with impossible addresses are logged',
    why: 'They show a misconfigured or hostile neighbour. Costs: lines on the console, many where routes are asymmetric.',
    severity: 'low',
  }),
];
