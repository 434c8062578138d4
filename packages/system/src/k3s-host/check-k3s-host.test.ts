import { execFileSync } from 'node:child_process';
import { createTestHost, type TestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkK3sHost } from './check-k3s-host.js';
import { MODULES, PROGRAMS, SYSCTLS } from './requirements.js';

const MOUNTS = `24 1 0:22 / / rw,relatime shared:1 - tmpfs root rw,mode=755
25 24 254:1 /haos/data/var /var rw,noatime shared:2 - ext4 /dev/vda1 rw
26 24 0:24 / /sys/fs/cgroup rw,nosuid shared:3 - cgroup2 cgroup2 rw,nsdelegate
27 24 0:25 / /sys/kernel/security rw shared:4 - securityfs securityfs rw
`;

const READY: NonNullable<TestHostOptions['tree']> = {
  '/usr/sbin/k3s': '',
  ...Object.fromEntries(PROGRAMS.map((name) => [`/usr/bin/${name}`, ''])),
  '/proc/self/mountinfo': MOUNTS,
  '/proc/swaps': 'Filename\tType\tSize\tUsed\tPriority\n',
  '/sys/fs/cgroup/cgroup.subtree_control': 'cpuset cpu io memory hugetlb pids rdma misc\n',
  '/sys/module/apparmor/parameters/enabled': 'Y\n',
  '/run/haos/mode': 'disk\n',
};

interface Changes {
  tree?: TestHostOptions['tree'];
  sysctls?: Record<string, string>;
  missingModules?: readonly string[];
  hasKmsg?: boolean;
  remove?: string;
}

function hostWith({
  tree = {},
  sysctls = {},
  missingModules = [],
  hasKmsg = true,
  remove,
}: Changes = {}): TestHost {
  const missing = missingModules.map((name) => [`modprobe --dry-run --quiet ${name}`, { exitCode: 1 }]);
  const host = createTestHost({
    tree: { ...READY, ...tree },
    modules: Object.keys(MODULES).filter((name) => name !== 'vxlan' && !missingModules.includes(name)),
    sysctls: { ...SYSCTLS, ...sysctls },
    commands: { 'modprobe --dry-run --quiet vxlan': {}, ...Object.fromEntries(missing) },
  });
  onTestFinished(() => host.dispose());
  host.files.link('/etc/rancher/node', '/var/lib/rancher/HAOS/node');
  host.files.makeDirectory('/dev');
  if (hasKmsg) execFileSync('mkfifo', [`${host.root}/dev/kmsg`]);
  if (remove) host.files.remove(remove);
  return host;
}

async function failing(changes: Changes): Promise<string[]> {
  const checks = await checkK3sHost(hostWith(changes));
  for (const { ok, hint } of checks) expect(hint !== undefined).toBe(!ok);
  return checks.filter(({ ok }) => !ok).map(({ id }) => id);
}

describe('the check of what k3s needs', () => {
  it('finds everything on a node that has it, and changes nothing', async () => {
    const host = hostWith();
    const before = host.operations.length;

    const checks = await checkK3sHost(host);

    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(host.operations.slice(before)).toEqual([]);
  });

  it.each<[string, Changes, string[]]>([
    ['no k3s', { remove: '/usr/sbin/k3s' }, ['k3s']],
    ['cgroups of version 1', withMounts(/cgroup2 cgroup2/, 'cgroup cgroup'), ['cgroup']],
    [
      'a missing controller',
      { tree: { '/sys/fs/cgroup/cgroup.subtree_control': 'cpu io pids' } },
      ['controllers'],
    ],
    ['private mounts', withMounts(/shared:1/, 'master:1'), ['shared-root']],
    ['a kernel without a module', { missingModules: ['wireguard'] }, ['modules']],
    ['no iptables', { remove: '/usr/bin/iptables' }, ['programs']],
    ['a wrong setting', { sysctls: { 'kernel.panic': '0' } }, ['sysctls']],
    ['no kernel log', { hasKmsg: false }, ['kmsg']],
    ['AppArmor off', { tree: { '/sys/module/apparmor/parameters/enabled': 'N\n' } }, ['apparmor']],
    ['no securityfs', withMounts(/securityfs securityfs/, 'tmpfs tmpfs'), ['apparmor']],
    ['swap', { tree: { '/proc/swaps': 'Filename\n/dev/vdb partition 1 0 -2\n' } }, ['swap']],
    ['data in memory', withMounts(/ext4/, 'tmpfs'), ['data', 'node-password']],
    [
      'nothing at all',
      { tree: { '/proc/self/mountinfo': '' } },
      ['cgroup', 'shared-root', 'apparmor', 'data', 'node-password'],
    ],
  ])('finds %s', async (_, changes, expected) => {
    expect(await failing(changes)).toEqual(expected);
  });

  it('accepts data in memory on a live system', async () => {
    const changes = withMounts(/ext4/, 'tmpfs');

    expect(await failing({ tree: { ...changes.tree, '/run/haos/mode': 'live\n' } })).toEqual([]);
  });

  it('uses the mount that covers another', async () => {
    const covered = `${MOUNTS}40 26 0:40 / /sys/fs/cgroup rw - cgroup cgroup rw\n`;

    expect(await failing({ tree: { '/proc/self/mountinfo': covered } })).toEqual(['cgroup']);
  });
});

function withMounts(pattern: RegExp, replacement: string): Changes {
  // The type and the source follow the dash.
  return { tree: { '/proc/self/mountinfo': MOUNTS.replace(pattern, replacement) } };
}
