import type { Check } from '../check.js';

type Files = Pick<Check, 'title' | 'why' | 'severity'> & { mode: number; paths: readonly string[] };

function files(id: string, { mode, paths, ...described }: Files): Check {
  return {
    id: `files.${id}`,
    source: 'haos',
    level: 'standard',
    hint: `Give them to root with mode ${mode.toString(8)}, and remove what changes that.`,
    ...described,
    look: { kind: 'mode', paths, mode },
  };
}

/** Files that belong to root and that others may not read, or not change. */
export const FILE_CHECKS: readonly Check[] = [
  files('accounts', {
    paths: ['/etc/passwd', '/etc/group'],
    mode: 0o644,
    title: 'Only root changes accounts',
    why: 'A user who can write them becomes root.',
    severity: 'high',
  }),
  files('passwords', {
    paths: ['/etc/shadow', '/etc/gshadow'],
    mode: 0o640,
    title: 'Only root reads hashes of passwords',
    why: 'They could be reversed elsewhere.',
    severity: 'high',
  }),
  files('sudo', {
    paths: ['/etc/sudoers', '/etc/sudoers.d/*'],
    mode: 0o440,
    title: 'Only root reads and changes who becomes root',
    why: 'A user who can write them becomes root.',
    severity: 'high',
  }),
  files('sudo-directory', {
    paths: ['/etc/sudoers.d'],
    mode: 0o750,
    title: 'Only root sees the rules of sudo',
    why: 'The names of the files tell who has which rights.',
    severity: 'low',
  }),
  files('sshd', {
    paths: ['/etc/ssh/sshd_config', '/etc/ssh/sshd_config.d/*'],
    mode: 0o644,
    title: 'Only root changes who may log in',
    why: 'A user who can write them can let others log in.',
    severity: 'high',
  }),
  files('host-keys', {
    paths: ['/var/lib/rancher/HAOS/ssh/ssh_host_*_key'],
    mode: 0o600,
    title: 'Only root reads the keys of the node',
    why: 'With them another machine passes for this node.',
    severity: 'high',
  }),
  files('configuration', {
    paths: [
      '/haos/system/config.yaml',
      '/var/lib/rancher/HAOS/config.yaml',
      '/var/lib/rancher/HAOS/config.d/*',
      '/run/config/userdata',
    ],
    mode: 0o600,
    title: 'Only root reads the configuration',
    why: 'It contains the token of the cluster and passwords.',
    severity: 'high',
  }),
  files('journal', {
    paths: ['/run/haos/journal/*', '/run/haos/*.log'],
    mode: 0o600,
    title: 'Only root reads what the phases did and printed',
    why: 'Commands of the configuration may print secrets.',
    severity: 'medium',
  }),
  files('cron', {
    paths: ['/etc/crontab', '/etc/cron.d/*', '/etc/cron.d'],
    mode: 0o700,
    title: 'Only root sees and changes timed commands',
    why: 'They run as root.',
    severity: 'medium',
  }),
  {
    id: 'files.setuid',
    title: 'Only known programs run with the rights of their owner',
    why: 'A hole in any of them makes every user root. The list below says what each is for.',
    source: 'cis-linux',
    severity: 'high',
    level: 'standard',
    look: { kind: 'list', of: 'setuid' },
    hint: 'Remove the bit, chmod a-s FILE, or the file.',
  },
  {
    id: 'files.world-writable',
    title: 'No file may be changed by all users',
    why: 'A program that reads it does what any user wants. Shared directories have the sticky bit.',
    source: 'cis-linux',
    severity: 'medium',
    level: 'standard',
    look: { kind: 'list', of: 'world-writable' },
    hint: 'Take the permission away, chmod o-w FILE; directories that are meant for all: chmod +t.',
  },
];
