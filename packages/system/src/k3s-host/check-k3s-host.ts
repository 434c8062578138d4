import type { Host } from '@haos/host';
import { isHaosError } from '@haos/host';
import { type Mount, mountAt, mountOf, readMounts } from '@haos/host/internal';
import { type Check, checked, failed, type K3sCheckId, passed } from '../check.js';
import { readMode } from '../mode.js';
import { CONTROLLERS, MODULES, PERSISTENT, PROGRAM_DIRECTORIES, PROGRAMS, SYSCTLS } from './requirements.js';

/**
 * Checks whether the running machine has what k3s needs of its host. Returns one entry per
 * requirement and changes nothing. For modules that are not loaded, it uses `modprobe --dry-run`.
 */
export async function checkK3sHost(host: Host): Promise<Check[]> {
  const mounts = readMounts(host);
  return [
    checkK3s(host),
    checkCgroup(mounts),
    checkControllers(host),
    checkRoot(mounts),
    await checkModules(host),
    checkPrograms(host),
    checkSysctls(host),
    checkKmsg(host),
    checkAppArmor(host, mounts),
    checkSwap(host),
    ...checkPersistence(host, mounts),
  ];
}

const BOOTED = 'Boot the HAOS image: its boot scripts set this up.';

function checkK3s({ files }: Host): Check {
  const ok = files.stat('/usr/sbin/k3s')?.type === 'file';
  const message = ok ? '/usr/sbin/k3s exists' : '/usr/sbin/k3s does not exist';
  return checked('k3s', ok, message, 'Upgrade to a release with k3s, or build the image with --k3s PATH.');
}

function checkCgroup(mounts: readonly Mount[]): Check {
  const type = mountAt(mounts, '/sys/fs/cgroup')?.type ?? 'not mounted';
  return checked('cgroup', type === 'cgroup2', `/sys/fs/cgroup is ${type}`, BOOTED);
}

function checkControllers(host: Host): Check {
  const found = readText(host, '/sys/fs/cgroup/cgroup.subtree_control').trim().split(/\s+/);
  const missing = CONTROLLERS.filter((name) => !found.includes(name));
  return lacking('controllers', missing, {
    all: `delegated: ${CONTROLLERS.join(', ')}`,
    missing: 'not delegated',
    hint: 'Use a kernel with these controllers, and remove cgroup_disable= from its command line.',
  });
}

function checkRoot(mounts: readonly Mount[]): Check {
  const ok = mountAt(mounts, '/')?.isShared ?? false;
  return checked('shared-root', ok, `mounts below / are ${ok ? 'shared' : 'private'}`, BOOTED);
}

async function checkModules(host: Host): Promise<Check> {
  const names: string[] = [];
  for (const name of Object.keys(MODULES)) if (!(await canLoad(host, name))) names.push(name);
  return lacking('modules', names, {
    all: `available: ${Object.keys(MODULES).join(', ')}`,
    missing: 'missing',
    hint: `Use a kernel that has them: ${names.map((name) => `${name} for ${MODULES[name]}`).join(', ')}.`,
  });
}

async function canLoad(host: Host, name: string): Promise<boolean> {
  if (host.kernel.hasModule(name)) return true;
  try {
    await host.run('modprobe', ['--dry-run', '--quiet', name], { readOnly: true });
    return true;
  } catch (error) {
    if (!isHaosError(error, 'HAOS_COMMAND_FAILED', 'HAOS_COMMAND_NOT_FOUND')) throw error;
    return false;
  }
}

function checkPrograms({ files }: Host): Check {
  const isThere = (name: string) =>
    PROGRAM_DIRECTORIES.some((directory) => files.stat(`${directory}/${name}`)?.type === 'file');
  const missing = PROGRAMS.filter((name) => !isThere(name));
  return lacking('programs', missing, {
    all: `found: ${PROGRAMS.join(', ')}`,
    missing: 'missing',
    hint: 'Add the packages to the image.',
  });
}

function checkSysctls({ kernel }: Host): Check {
  const wrong = Object.entries(SYSCTLS)
    .filter(([key, value]) => kernel.sysctl(key) !== value)
    .map(([key, value]) => `${key}=${kernel.sysctl(key) ?? 'none'} instead of ${value}`);
  return lacking('sysctls', wrong, {
    all: Object.entries(SYSCTLS)
      .map(([key, value]) => `${key}=${value}`)
      .join(', '),
    missing: 'wrong values',
    hint: 'Remove them from haos.sysctls and write_files, then reboot.',
  });
}

function checkKmsg({ files }: Host): Check {
  const ok = files.stat('/dev/kmsg')?.type === 'other';
  return checked('kmsg', ok, `/dev/kmsg is ${ok ? '' : 'not '}a device`, BOOTED);
}

/** containerd uses an AppArmor profile only if both conditions are met. */
function checkAppArmor(host: Host, mounts: readonly Mount[]): Check {
  const isOn = readText(host, '/sys/module/apparmor/parameters/enabled').trim() === 'Y';
  const isMounted = mountAt(mounts, '/sys/kernel/security')?.type === 'securityfs';
  const message = `AppArmor is ${isOn ? 'on' : 'off'}, securityfs is ${isMounted ? '' : 'not '}mounted`;
  const hint = 'Remove apparmor=0 and security= from the kernel command line.';
  return checked('apparmor', isOn && isMounted, message, hint);
}

/** The first line of /proc/swaps is a heading. */
function checkSwap(host: Host): Check {
  const areas = readText(host, '/proc/swaps').trim().split('\n').slice(1);
  const names = areas.map((line) => line.split(/\s+/)[0] ?? '');
  return lacking('swap', names, {
    all: 'no swap is in use',
    missing: 'in use',
    hint: 'Turn swap off: the kubelet refuses to start with it.',
  });
}

function checkPersistence(host: Host, mounts: readonly Mount[]): Check[] {
  const isLive = readMode(host) === 'live';
  return PERSISTENT.map((path) => {
    const { type } = mountOf(mounts, followLink(host, path)) ?? { type: 'nothing' };
    const isMemory = type === 'tmpfs' || type === 'nothing';
    const id = path === '/var/lib/rancher' ? 'data' : 'node-password';
    const message = `${path} is on ${type}${isMemory && isLive ? ': this is a live system' : ''}`;
    const hint = 'Install HAOS on a disk: k3s rejects a node that has lost its password.';
    return checked(id, isLive || !isMemory, message, hint);
  });
}

function followLink({ files }: Host, path: string): string {
  return files.lstat(path)?.type === 'symlink' ? files.readLink(path) : path;
}

function lacking(
  id: K3sCheckId,
  names: readonly string[],
  { all, missing, hint }: { all: string; missing: string; hint: string },
): Check {
  return names.length === 0 ? passed(id, all) : failed(id, `${missing}: ${names.join(', ')}`, hint);
}

function readText({ files }: Host, path: string): string {
  return files.readTextIfExists(path) ?? '';
}
