import type { Check } from '../check.js';
import { LIMITED_SERVICES, type LimitedService } from '../privileges.js';

function service(name: string, described: Pick<Check, 'title' | 'why'>): Check {
  return {
    id: `services.${name}`,
    source: 'haos',
    severity: 'medium',
    level: 'standard',
    hint: `Remove what stops it, then start it: rc-service ${name} start.`,
    ...described,
    look: { kind: 'service', name },
  };
}

export const SERVICE_CHECKS: readonly Check[] = [
  service('syslog', {
    title: 'The system log is written',
    why: 'Without it no record shows who logged in and what failed.',
  }),
  service('klogd', {
    title: 'Messages of the kernel are in the system log',
    why: 'The memory of the kernel for them is small and lost at a restart.',
  }),
  service('connman', {
    title: 'The clock follows time servers',
    why: 'Certificates and logs need the right time; connman is the NTP client.',
  }),
  service('cron', {
    title: 'Logs are rotated',
    why: 'A full disk stops pods and hides what comes later. cron starts logrotate.',
  }),
  ...LIMITED_SERVICES.map(privileges),
];

function privileges({ service, why: _, ...limits }: LimitedService): Check {
  return {
    id: `services.rights-${limits.program}`,
    title: `${limits.program} has few rights`,
    why: 'An attacker who takes it over is not root.',
    source: 'haos',
    severity: 'medium',
    level: 'standard',
    hint: `Remove what changes it, such as /etc/conf.d/${service}, and restart the node.`,
    look: { kind: 'privileges', ...limits },
  };
}

export const NETWORK_CHECKS: readonly Check[] = [
  {
    id: 'network.sockets',
    title: 'Only known programs accept connections from other machines',
    why: 'Each of them can be attacked from the network. Ports of pods are not counted.',
    source: 'haos',
    severity: 'high',
    level: 'standard',
    look: { kind: 'list', of: 'sockets' },
    hint: 'Stop the program, or let it listen on 127.0.0.1 only.',
  },
];

export const TRUST_CHECKS: readonly Check[] = [
  {
    id: 'trust.apparmor',
    title: 'AppArmor is on',
    why: 'containerd confines each container with a profile, if the kernel has it.',
    source: 'cis-linux',
    severity: 'high',
    level: 'standard',
    look: {
      kind: 'text',
      path: '/sys/module/apparmor/parameters/enabled',
      pattern: '^(\\w)',
      accepted: ['Y'],
      needsKernel: true,
    },
    hint: 'Remove apparmor=0 and security= from the kernel command line.',
  },
  {
    id: 'trust.secure-boot',
    title: 'The firmware verified the boot loader',
    why: 'Otherwise an attacker who changes the disk runs before everything else. Costs: the machine must have UEFI.',
    source: 'haos',
    severity: 'high',
    level: 'strict',
    look: { kind: 'machine', fact: 'secure-boot' },
    hint: 'Turn Secure Boot on in the firmware: docs/secure-boot.md.',
  },
  {
    id: 'trust.root-image',
    title: 'The kernel verifies the root image',
    why: 'Otherwise an attacker who changes the disk changes the programs of the system. It needs keys and a boot image of your own; without them the check fails only on a strict node.',
    source: 'haos',
    severity: 'high',
    level: 'standard',
    look: { kind: 'machine', fact: 'verified-root' },
    hint: 'Build, sign and install a boot image: docs/secure-boot.md.',
  },
  {
    id: 'trust.encryption',
    title: 'The persistent data are encrypted',
    why: 'Otherwise a person who takes the disk reads the secrets of the node and of its pods. Costs: the console asks for a passphrase at each boot, unless own keys and a TPM open them.',
    source: 'haos',
    severity: 'medium',
    level: 'strict',
    look: { kind: 'machine', fact: 'encrypted-data' },
    hint: 'Install the node again with haos.install.encrypt: docs/encryption.md.',
  },
  {
    id: 'trust.lockdown',
    title: 'root does not change or read the running kernel',
    why: 'An attacker who becomes root cannot hide in the kernel, or read the keys in it. Costs: unsigned drivers, kexec, tracing with BPF, direct access to hardware.',
    source: 'kernel',
    severity: 'medium',
    level: 'strict',
    look: {
      kind: 'text',
      path: '/sys/kernel/security/lockdown',
      pattern: '\\[(\\w+)\\]',
      accepted: ['confidentiality'],
      needsKernel: true,
    },
    hint: 'Restart the node with haos.hardening: strict.',
  },
];
