import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { audit } from './audit.js';
import type { SysctlLook } from './check.js';
import { CHECKS } from './checks/checks.js';
import { blockedModulesOf, renderModules, renderSysctls, sysctlsOf } from './hardening.js';

const SYSCTLS = Object.fromEntries([...sysctlsOf('standard'), ...sysctlsOf('strict')]);

const MOUNTS = `20 1 0:20 / / rw - tmpfs root rw
21 20 7:0 / /usr ro,nodev - squashfs /dev/loop0 ro
22 20 8:2 /haos/system /haos/system ro,nosuid,nodev - ext4 /dev/vda2 rw
23 20 8:2 /boot /boot ro,nosuid,nodev,noexec - ext4 /dev/vda2 rw
24 20 0:21 / /etc rw,nosuid,nodev - tmpfs etc rw
25 20 8:2 /haos/data/var /var rw,nosuid,nodev - ext4 /dev/vda2 rw
26 20 8:2 /haos/data/home /home rw,nosuid,nodev - ext4 /dev/vda2 rw
27 20 8:2 /haos/data/opt /opt rw,nosuid,nodev - ext4 /dev/vda2 rw
28 20 0:22 / /tmp rw,nosuid,nodev - tmpfs tmp rw
29 20 0:23 / /run rw,nosuid,nodev - tmpfs run rw
30 20 0:24 / /dev rw,nosuid - devtmpfs dev rw
31 30 0:25 / /dev/shm rw,nosuid,nodev,noexec - tmpfs shm rw
32 20 0:26 / /proc rw,nosuid,nodev,noexec - proc proc rw
33 20 0:27 / /sys rw,nosuid,nodev,noexec - sysfs sysfs rw
`;

const SSHD = `permitrootlogin no
passwordauthentication no
kbdinteractiveauthentication no
permitemptypasswords no
hostbasedauthentication no
ignorerhosts yes
strictmodes yes
permituserenvironment no
allowtcpforwarding no
allowagentforwarding no
gatewayports no
permittunnel no
x11forwarding no
maxauthtries 4
maxsessions 10
logingracetime 30
clientalivecountmax 3
tcpkeepalive no
compression no
loglevel VERBOSE
kexalgorithms mlkem768x25519-sha256,curve25519-sha256
ciphers chacha20-poly1305@openssh.com
macs hmac-sha2-512-etm@openssh.com
hostkeyalgorithms ssh-ed25519,rsa-sha2-512
`;

const SOCKETS = `tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=812,fd=6))
tcp LISTEN 0 4096 127.0.0.1:6444 0.0.0.0:* users:(("k3s-server",pid=900,fd=9))
tcp LISTEN 0 4096 *:6443 *:* users:(("k3s-server",pid=900,fd=8))
tcp LISTEN 0 4096 *:9100 *:* users:(("node_exporter",pid=950,fd=3))
udp UNCONN 0 0 0.0.0.0%eth0:68 0.0.0.0:* users:(("connmand",pid=700,fd=12))
udp UNCONN 0 0 0.0.0.0:8472 0.0.0.0:*
`;

const LOG =
  'time="2026-01-01T00:00:00Z" level=info msg="Running kube-apiserver --anonymous-auth=false --authorization-mode=Node,RBAC ' +
  '--client-ca-file=/c --enable-admission-plugins=NodeRestriction --kubelet-certificate-authority=/a --kubelet-client-certificate=/b ' +
  '--profiling=false --service-account-key-file=/k --tls-cert-file=/t --tls-cipher-suites=TLS_A,TLS_B"\n';

/** As k3s writes them, without what the audit does not look at. */
const KUBELET = `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  x509:
    clientCAFile: /var/lib/rancher/k3s/agent/client-ca.crt
authorization:
  mode: Webhook
streamingConnectionIdleTimeout: 0s
tlsCertFile: /var/lib/rancher/k3s/agent/serving-kubelet.crt
`;
const KUBELET_DIRECTORY = '/var/lib/rancher/k3s/agent/etc/kubelet.conf.d';
const ETCD = `client-transport-security:
  cert-file: /var/lib/rancher/k3s/server/tls/etcd/server-client.crt
  client-cert-auth: true
  trusted-ca-file: /var/lib/rancher/k3s/server/tls/etcd/server-ca.crt
peer-transport-security:
  cert-file: /var/lib/rancher/k3s/server/tls/etcd/peer-server-client.crt
  client-cert-auth: true
  trusted-ca-file: /var/lib/rancher/k3s/server/tls/etcd/peer-ca.crt
`;
const ETCD_FILE = '/var/lib/rancher/k3s/server/db/etcd/config';

const TREE: NonNullable<TestHostOptions['tree']> = {
  '/run/haos/mode': 'disk\n',
  '/proc/self/mountinfo': MOUNTS,
  '/usr/lib/sysctl.d/61-haos-hardening.conf': renderSysctls('standard'),
  '/usr/lib/modprobe.d/haos-hardening.conf': renderModules(blockedModulesOf('standard')),
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\nsshd:x:101:1::/run/sshd:/usr/sbin/nologin\nrancher:x:1000:1000::/home/rancher:/bin/bash\nconnman:x:400:400::/:/usr/sbin/nologin\nsyslog:x:402:402::/:/usr/sbin/nologin\n',
  '/etc/shadow': { content: 'root:*:1::::::\nsshd:!:1::::::\nrancher:$y$j9T$x$y:1::::::\n', mode: 0o640 },
  '/etc/ssh/sshd_config': 'Include /etc/ssh/sshd_config.d/*.conf\nMaxAuthTries 4\n',
  '/etc/ssh/sshd_config.d/50-haos.conf': 'AllowUsers rancher\nMaxAuthTries 6\n',
  '/proc/950/cgroup': '0::/kubepods/besteffort/pod1/c1\n',
  '/sys/module/apparmor/parameters/enabled': 'Y\n',
  '/var/log/k3s-service.log': LOG,
  [`${KUBELET_DIRECTORY}/00-k3s-defaults.conf`]: KUBELET,
  '/var/lib/rancher/k3s/server/db/etcd': { directory: true, mode: 0o700 },
  [ETCD_FILE]: { content: ETCD, mode: 0o600 },
  ...Object.fromEntries(
    ['syslog', 'klogd', 'connman', 'cron'].map((name) => [`/run/openrc/started/${name}`, '']),
  ),
};

interface Process {
  /** Its arguments. */
  args: string;
  uid: number;
  /** As in /proc: a mask in hexadecimal digits. */
  permitted: string;
  noNewPrivileges?: boolean;
  cgroup?: string;
}

/** Net admin, net bind service, net raw, sys time. */
const CONNMAN: Process = { args: '/usr/sbin/connmand -n', uid: 400, permitted: '0000000002003400' };

function withProcess({ args, uid, permitted, noNewPrivileges = true, cgroup = '0::/openrc.x' }: Process) {
  const status = `Name:\tx\nUid:${`\t${uid}`.repeat(4)}\nCapInh:\t0\nCapPrm:\t${permitted}\nNoNewPrivs:\t${noNewPrivileges ? 1 : 0}\n`;
  return {
    '/proc/700/cmdline': `${args.replaceAll(' ', '\0')}\0`,
    '/proc/700/status': status,
    '/proc/700/cgroup': `${cgroup}\n`,
  };
}

interface Changes {
  tree?: TestHostOptions['tree'];
  sysctls?: Record<string, string>;
  sshd?: string;
  sockets?: string;
  found?: string;
}

function hostWith({
  tree = {},
  sysctls = {},
  sshd = SSHD,
  sockets = SOCKETS,
  found = '/usr/bin/sudo\n',
}: Changes = {}) {
  const host = createTestHost({
    kind: 'live',
    tree: { ...TREE, ...tree },
    sysctls: { ...SYSCTLS, ...sysctls },
    commands: {
      '/usr/sbin/sshd -T': { stdout: sshd },
      'ss -H -l -n -t -u -p': { stdout: sockets },
      find: ({ args }) => ({ stdout: args.includes('/6000') ? found : '' }),
    },
  });
  onTestFinished(() => host.dispose());
  return host;
}

async function failing(changes: Changes): Promise<string[]> {
  const results = await audit(hostWith(changes));
  return results.filter(({ status }) => status === 'fail').map(({ id }) => id);
}

describe('the audit', () => {
  it('passes on a node that has everything, and changes nothing', async () => {
    const host = hostWith();

    const results = await audit(host);

    expect(results.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(results.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
    expect(host.operations).toEqual([]);
    const passed = results.filter(({ status }) => status === 'pass').map(({ id }) => id);
    expect(passed).toEqual(
      expect.arrayContaining([
        'kernel.kptr_restrict',
        'mounts.var',
        'ssh.macs',
        'kubernetes.1.2.1',
        'kubernetes.2.7',
        'kubernetes.4.2.1',
      ]),
    );
  });

  it.each<[string, Changes, string[]]>([
    ['a kernel setting', { sysctls: { 'kernel.kptr_restrict': '0' } }, ['kernel.kptr_restrict']],
    ['an option of a mount', withMounts('/tmp rw,nosuid,nodev', '/tmp rw'), ['mounts.tmp']],
    ['a missing mount', withMounts(/.* \/home .*\n/, ''), ['mounts.home']],
    [
      'a module that is not blocked',
      { tree: { '/etc/modprobe.d/haos-hardening.conf': renderModules(['rds']) } },
      ['modules.protocols', 'modules.file-systems', 'modules.firewire'],
    ],
    [
      'a module that is loaded',
      { tree: { '/sys/module/firewire_core/initstate': 'live' } },
      ['modules.firewire'],
    ],
    [
      'a second root',
      withFile('/etc/passwd', `${TREE['/etc/passwd']}toor:x:0:0::/:/bin/sh\n`),
      ['accounts.one-root'],
    ],
    [
      'an empty password',
      withFile('/etc/shadow', 'root:*:\nrancher::\n', 0o640),
      ['accounts.no-empty-password'],
    ],
    ['a password of root', withFile('/etc/shadow', 'root:$6$a$b:\n', 0o640), ['accounts.root-locked']],
    ['a weak hash', withFile('/etc/shadow', 'root:*:\nrancher:$1$a$b:\n', 0o640), ['accounts.strong-hashes']],
    [
      'a service with a shell',
      withFile('/etc/passwd', 'root:x:0:0::/:/bin/sh\nsshd:x:101:1::/:/bin/sh\n'),
      ['accounts.service-shells'],
    ],
    [
      'passwords by ssh',
      { sshd: SSHD.replace('passwordauthentication no', 'passwordauthentication yes') },
      ['ssh.passwordauthentication'],
    ],
    ['an old cipher', { sshd: SSHD.replace(/ciphers .*/, 'ciphers aes128-cbc') }, ['ssh.ciphers']],
    [
      'a login that may take for ever',
      { sshd: SSHD.replace('logingracetime 30', 'logingracetime 0') },
      ['ssh.logingracetime'],
    ],
    ['hashes that others read', withFile('/etc/shadow', 'root:*:\n', 0o644), ['files.passwords']],
    ['an unknown setuid program', { found: '/usr/bin/sudo\n/opt/shell\n' }, ['files.setuid']],
    [
      'an open port',
      { sockets: `${SOCKETS}tcp LISTEN 0 5 0.0.0.0:8080 0.0.0.0:* users:(("python3",pid=1,fd=3))\n` },
      ['network.sockets'],
    ],
    ['AppArmor off', { tree: { '/sys/module/apparmor/parameters/enabled': 'N\n' } }, ['trust.apparmor']],
    [
      'an API for all',
      { tree: { '/var/log/k3s-service.log': LOG.replace('anonymous-auth=false', 'anonymous-auth=true') } },
      ['kubernetes.1.2.1'],
    ],
    [
      'keys of the cluster that others read',
      { tree: { '/var/lib/rancher/k3s/server/tls/a.key': { content: '', mode: 0o644 } } },
      ['kubernetes.1.1.21'],
    ],
    [
      'a kubelet for all, by a file that comes later',
      {
        tree: {
          [`${KUBELET_DIRECTORY}/10-own.conf`]:
            'authentication: { anonymous: { enabled: true } }\nreadOnlyPort: 10255\n',
        },
      },
      ['kubernetes.4.2.1', 'kubernetes.4.2.4'],
    ],
    [
      'a kubelet for all, by an argument',
      {
        tree: {
          '/var/log/k3s-service.log': `${LOG}msg="Running kubelet --authorization-mode=AlwaysAllow --streaming-connection-idle-timeout=0"\n`,
        },
      },
      ['kubernetes.4.2.2', 'kubernetes.4.2.5'],
    ],
    [
      'an etcd for all',
      { tree: { [ETCD_FILE]: ETCD.replaceAll('client-cert-auth: true', 'client-cert-auth: false') } },
      ['kubernetes.2.2', 'kubernetes.2.5'],
    ],
  ])('finds %s', async (_, changes, expected) => {
    expect(await failing(changes)).toEqual(expected);
  });

  it('skips what only strict nodes need, and looks at it on those', async () => {
    const strict = CHECKS.filter(({ level }) => level === 'strict').map(({ id }) => id);
    const skipped = (await audit(hostWith())).filter(
      ({ found }) => found === 'only with haos.hardening: strict',
    );

    expect(skipped.map(({ id }) => id)).toEqual(strict);
    expect(
      await failing({
        tree: { '/run/haos/hardening': 'strict\n' },
        sysctls: { 'kernel.io_uring_disabled': '0' },
      }),
    ).toEqual(
      expect.arrayContaining(['kernel.io_uring_disabled', 'modules.strict-protocols', 'trust.lockdown']),
    );
  });

  it('shows the root hash that the kernel verifies, and asks for one on strict nodes', async () => {
    const hash = 'a'.repeat(64);
    const look = async (tree: Record<string, string>) =>
      (await audit(hostWith({ tree }), { only: ['trust.root-image'] }))[0];

    const uuid = { '/sys/block/dm-0/dm/uuid': `HAOS-VERITY-haos-rootfs-${hash}\n` };
    expect(await look(uuid)).toMatchObject({ status: 'pass', found: `verified, root hash ${hash}` });
    expect(await look({})).toMatchObject({ status: 'skip' });
    expect(await look({ '/run/haos/hardening': 'strict\n' })).toMatchObject({ status: 'fail' });
  });

  it('shows on strict nodes whether the data are encrypted', async () => {
    const look = async (source: string, more = {}) => {
      const tree = {
        ...more,
        '/run/haos/hardening': 'strict\n',
        '/haos/system/encryption': '2 9b1f\n',
        '/proc/self/mountinfo': `30 20 254:0 /data/var /var rw - ext4 ${source} rw\n`,
      };
      return (await audit(hostWith({ tree }), { only: ['trust.encryption'] }))[0];
    };

    expect(await look('/dev/mapper/haos-data')).toMatchObject({
      status: 'pass',
      found: 'encrypted, with a passphrase',
    });
    expect(await look('/dev/mapper/haos-data', { '/haos/private/tpm': '' })).toMatchObject({
      status: 'pass',
      found: 'encrypted, with a passphrase and the TPM',
    });
    const floor = { '/haos/private/tpm': '', '/run/haos/tpm-floor': '2 3\n' };
    expect(await look('/dev/mapper/haos-data', floor)).toMatchObject({
      found: 'encrypted, with a passphrase and the TPM, from floor 2 on',
    });
    expect(await look('/dev/vda1')).toMatchObject({ status: 'fail', found: 'not encrypted' });
  });

  it('says where a value comes from', async () => {
    const tree = { '/etc/sysctl.d/90-own.conf': '# own\nkernel/kptr_restrict=1\n' };
    const results = await audit(hostWith({ tree, sysctls: { 'kernel.kptr_restrict': '1' } }), {
      only: ['kernel.kptr_restrict', 'ssh.maxauthtries'],
    });

    expect(results).toMatchObject([
      {
        status: 'fail',
        found: '1',
        expected: 'kernel.kptr_restrict is 2',
        from: '/etc/sysctl.d/90-own.conf:2',
      },
      { status: 'pass', found: '4', from: '/etc/ssh/sshd_config.d/50-haos.conf:2' },
    ]);
    expect(results[0]?.hint).toMatch(/haos\.sysctls/);
  });

  it.each<[string, string, string, Partial<Process>]>([
    ['at most its capabilities', 'connmand', 'pass', {}],
    ['fewer of them', 'connmand', 'pass', { permitted: '1000' }],
    ['one that is for some cases', 'connmand', 'pass', { permitted: '0000000002203400' }],
    ['root', 'connmand', 'fail', { uid: 0 }],
    ['a capability more', 'connmand', 'fail', { permitted: '0000000002083400' }],
    ['a way to more', 'connmand', 'fail', { noNewPrivileges: false }],
    [
      'a program of busybox',
      'syslogd',
      'pass',
      { args: '/usr/bin/busybox syslogd -n', uid: 402, permitted: '0' },
    ],
    ['root in busybox', 'syslogd', 'fail', { args: 'busybox syslogd', uid: 0, permitted: '1ffffffffff' }],
    ['another program', 'connmand', 'skip', { args: 'supervise-daemon connmand', uid: 0 }],
    ['a program of a pod', 'connmand', 'skip', { uid: 0, cgroup: '0::/kubepods/pod1/c1' }],
  ])('looks at the rights of a service: %s', async (_, program, status, change) => {
    const id = `services.rights-${program}`;
    const tree = withProcess({ ...CONNMAN, ...change });

    expect(await audit(hostWith({ tree }), { only: [id] })).toMatchObject([{ id, status }]);
  });

  it('says which rights a service has, and what makes them more', async () => {
    const tree = withProcess({ ...CONNMAN, uid: 0, permitted: '000001ffffffffff', noNewPrivileges: false });
    const [result] = await audit(hostWith({ tree }), { only: ['services.rights-connmand'] });

    expect(result).toMatchObject({
      found: 'uid 0; 41 capabilities; may gain more',
      from: '/proc/700/status',
      hint: expect.stringContaining('/etc/conf.d/connman'),
    });
    const limited = await audit(hostWith({ tree: withProcess(CONNMAN) }), {
      only: ['services.rights-connmand'],
    });
    expect(limited[0]?.found).toBe('uid 400; net_bind_service, net_admin, net_raw, sys_time; no more');
  });

  it('lets a live system have an account without a password', async () => {
    const tree = {
      '/run/haos/mode': 'live\n',
      '/etc/shadow': { content: 'root:*:\nrancher::\n', mode: 0o640 },
    };
    const [result] = await audit(hostWith({ tree }), { only: ['accounts.no-empty-password'] });

    expect(result).toMatchObject({ status: 'skip', found: expect.stringMatching(/^rancher: .*live/) });
  });

  it('fails only the checks of a part of Kubernetes whose settings are not YAML', async () => {
    const results = await failing({ tree: { [`${KUBELET_DIRECTORY}/10-own.conf`]: 'a: [' } });

    expect(results).toEqual(
      CHECKS.filter(
        ({ look, level }) => look.kind === 'setting' && look.of === 'kubelet' && level === 'standard',
      ).map(({ id }) => id),
    );
  });

  it('counts what it cannot look at as a failure, and goes on', async () => {
    const path = '/sys/module/apparmor/parameters/enabled';
    const host = hostWith();
    host.files.remove(path);
    host.files.makeDirectory(path);

    expect(await audit(host, { only: ['trust.apparmor'] })).toMatchObject([
      { status: 'fail', found: expect.stringMatching(/^cannot look: /) },
    ]);
  });

  it('runs only what is asked for, and refuses what it does not know', async () => {
    const ids = (await audit(hostWith(), { only: ['trust', 'ssh.macs'] })).map(({ id }) => id);

    expect(ids).toEqual([
      'ssh.macs',
      'trust.apparmor',
      'trust.secure-boot',
      'trust.root-image',
      'trust.encryption',
      'trust.lockdown',
    ]);
    await expect(audit(hostWith(), { only: ['kernel.nothing'] })).rejects.toMatchObject({
      code: 'HAOS_AUDIT_UNKNOWN',
    });
  });
});

describe('the list of checks', () => {
  it('has each id and each kernel setting once', () => {
    const ids = CHECKS.map(({ id }) => id);
    const keys = CHECKS.map(({ look }) => look).filter((look): look is SysctlLook => look.kind === 'sysctl');

    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(keys.map(({ key }) => key)).size).toBe(keys.length);
  });

  it('sets nothing by default that cannot be undone while the kernel runs', () => {
    // bpf(2), kexec_load(2), modules: once set, the kernel refuses other values.
    const oneWay = ['kernel.kexec_load_disabled', 'kernel.modules_disabled'];
    const standard = Object.fromEntries(sysctlsOf('standard'));

    for (const key of oneWay) expect(standard).not.toHaveProperty([key]);
    expect(standard['kernel.unprivileged_bpf_disabled']).toBe('2');
    expect(Number(standard['kernel.yama.ptrace_scope'])).toBeLessThan(3);
  });

  it('is written as sentences', () => {
    for (const { id, title, why } of CHECKS) {
      expect([id, title]).toEqual([id, expect.stringMatching(/^[A-Z/a-z][^\n]*[^.]$/)]);
      expect([id, why]).toEqual([id, expect.stringMatching(/^(?:[A-Z]|root |containerd )[^\n]*\.$/)]);
    }
  });
});

function withMounts(pattern: string | RegExp, replacement: string): Changes {
  return { tree: { '/proc/self/mountinfo': MOUNTS.replace(pattern, replacement) } };
}

function withFile(path: string, content: string, mode = 0o644): Changes {
  return { tree: { [path]: { content, mode } } };
}
