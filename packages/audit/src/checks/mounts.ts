import type { Check } from '../check.js';

type Place = Pick<Check, 'why' | 'severity'> & { optional?: string };

function mount(path: string, options: readonly string[], { optional, ...place }: Place): Check {
  return {
    id: `mounts.${path === '/dev/shm' ? 'shm' : path.slice(1).replaceAll('/', '-')}`,
    title: `${path} is mounted ${options.join(', ')}`,
    source: 'cis-linux',
    level: 'standard',
    hint: 'Remove what mounts it with other options: haos.mounts, or a command of the configuration.',
    ...place,
    look: { kind: 'mount', path, options, ...(optional && { optional }) },
  };
}

const DATA = 'Files that a user, a pod or a backup puts there do not give the rights of another user.';

/**
 * Mount options. `/var/lib/rancher` and `/var/lib/kubelet` are mounts of their own without them:
 * volumes of pods may hold programs with setuid, and layers of containers do.
 */
export const MOUNT_CHECKS: readonly Check[] = [
  mount('/usr', ['ro', 'nodev'], { why: 'No process replaces a program of the system.', severity: 'high' }),
  mount('/haos/system', ['ro', 'nosuid', 'nodev'], {
    why: 'Versions change only by an upgrade, which mounts it in a namespace of its own.',
    severity: 'high',
  }),
  mount('/boot', ['ro', 'nosuid', 'nodev', 'noexec'], {
    why: 'The boot loader changes only by an upgrade.',
    severity: 'medium',
    optional: 'this system was not booted from a disk of its own',
  }),
  mount('/etc', ['nosuid', 'nodev'], { why: DATA, severity: 'low' }),
  mount('/var', ['nosuid', 'nodev'], { why: DATA, severity: 'medium' }),
  mount('/home', ['nosuid', 'nodev'], { why: DATA, severity: 'medium' }),
  mount('/opt', ['nosuid', 'nodev'], { why: DATA, severity: 'medium' }),
  mount('/tmp', ['nosuid', 'nodev'], {
    why: `${DATA} Programs may run there, because installers expect it.`,
    severity: 'medium',
  }),
  mount('/run', ['nosuid', 'nodev'], { why: DATA, severity: 'medium' }),
  mount('/dev', ['nosuid'], { why: DATA, severity: 'low' }),
  mount('/dev/shm', ['nosuid', 'nodev', 'noexec'], {
    why: 'All users may write there, and no program needs to start from there.',
    severity: 'medium',
  }),
  mount('/proc', ['nosuid', 'nodev', 'noexec'], { why: 'It has no programs.', severity: 'low' }),
  mount('/sys', ['nosuid', 'nodev', 'noexec'], { why: 'It has no programs.', severity: 'low' }),
];
