import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haosOk, ROOT } from '../haos.js';
import { type Case, runCase } from '../run-case.js';

const SEED = join(ROOT, 'tests/fixtures/seed');
const EXAMPLES = readdirSync(SEED).filter((name) => name.endsWith('.yaml'));

const WRITE_FILES = readFileSync(join(SEED, 'write-files.yaml'), 'utf8');

function example(name: string): string {
  return readFileSync(join(SEED, `${name}.yaml`), 'utf8');
}

const SERVICE = '/etc/init.d/k3s-service';
const START = '/etc/rancher/k3s/k3s-service.sh';
const SETTINGS = '/etc/rancher/k3s/config.yaml.d/50-haos.yaml';
const SERVICE_ENVIRONMENT = '/etc/rancher/k3s/k3s-service.env';

/** The bytes of `/bin/arch` in the example. */
const ARCH = Buffer.from(/!!binary \|\n((?: {4}\S+\n)+)/.exec(WRITE_FILES)?.[1] ?? '', 'base64');

const CASES: readonly Case[] = [
  {
    name: 'hostname: the names of the machine, kept for the next boot',
    config: example('hostname'),
    changes: {
      '/etc/hostname': { content: 'myhostname\n', mode: 0o644, owner: [0, 0] },
      '/etc/hosts': { content: /^127\.0\.1\.1\tmyhostname$/m, mode: 0o644 },
      '/etc/connman/main.conf': /^AllowHostnameUpdates=false$/m,
      '/var/lib/rancher/HAOS/hostname': 'myhostname\n',
    },
    steps: { hostname: 'changed', connman: 'changed' },
  },
  {
    name: 'hostname: nothing is kept in the initrd, because the disk is not mounted yet',
    phase: 'initrd',
    config: example('hostname'),
    changes: { '/etc/hostname': 'myhostname\n', '/etc/hosts': /\tmyhostname$/m },
  },
  {
    name: 'write_files: plain, base64 and binary content, with owners and permissions',
    config: WRITE_FILES,
    changes: {
      '/etc/connman/main.conf': {
        content: /^\n?# This file controls the state of SELinux/,
        mode: 0o644,
        owner: [0, 0],
      },
      '/etc/sysconfig/samba': {
        content: '# My new /etc/sysconfig/samba file\nSMDBOPTIONS="-D"\n',
        mode: 0o644,
      },
      '/bin/arch': { content: ARCH, mode: 0o555 },
      '/etc/crontab': '15 * * * * root ship_logs\n',
    },
    steps: { 'write-files': 'changed' },
  },
  {
    name: 'data_sources: the service that queries them, in the boot runlevel',
    phase: 'boot',
    tree: { '/etc/init.d/cloud-config': { content: '#!/sbin/openrc-run\n', mode: 0o755 } },
    config: example('data-sources'),
    changes: {
      '/etc/conf.d/cloud-config': /^command_args="openstack cdrom"$/m,
      '/etc/runlevels/boot/cloud-config': { link: '/etc/init.d/cloud-config' },
    },
  },
  {
    name: 'modules: need the running kernel',
    config: example('modules'),
    steps: { modules: 'deferred' },
  },
  {
    name: 'sysctl: needs the running kernel',
    config: example('sysctls'),
    steps: { sysctls: 'deferred' },
  },
  {
    name: 'ntp_servers: the fallback of connman',
    config: example('ntp-servers'),
    changes: {
      '/etc/connman/main.conf': /^FallbackTimeservers=0\.us\.pool\.ntp\.org,1\.us\.pool\.ntp\.org$/m,
    },
  },
  {
    name: 'dns_nameservers: the fallback of connman',
    config: example('dns-nameservers'),
    changes: { '/etc/connman/main.conf': /^FallbackNameservers=8\.8\.8\.8,1\.1\.1\.1$/m },
  },
  {
    name: 'wifi: both networks, in a file for root only',
    phase: 'boot',
    config: example('wifi'),
    changes: {
      '/var/lib/connman/cloud-config.config': {
        content:
          /\[service_wifi0\]\nType=wifi\nName=home\nPassphrase=mypassword\n\n\[service_wifi1\]\nType=wifi\nName=nothome\nPassphrase=somethingelse\n$/,
        mode: 0o600,
      },
      '/var/lib/connman/settings': '[WiFi]\nEnable=true\n',
    },
  },
  {
    name: 'password: an encrypted one is stored unchanged, and only for rancher',
    config: example('password-crypt'),
    changes: {
      '/etc/shadow': {
        content: 'root:*:20000:0:99999:7:::\nrancher:$1$tYtghCfK$QHa51MS6MVAcfUKuOzNKt0:20000:0:99999:7:::\n',
        mode: 0o640,
      },
    },
  },
  {
    name: 'password: one in clear text is hashed',
    config: example('password-clear'),
    changes: { '/etc/shadow': /^root:\*:20000:0:99999:7:::\nrancher:\$6\$[^:]{8,}:20000:0:99999:7:::\n$/ },
  },
  {
    name: 'server_url: k3s joins as an agent',
    config: example('server-url'),
    changes: {
      [START]: /^exec \/usr\/sbin\/k3s agent$/m,
      [SERVICE_ENVIRONMENT]: { content: /^K3S_URL=https:\/\/myserver:6443$/m, mode: 0o600 },
    },
  },
  {
    name: 'token: only in the file for root',
    config: example('token-secret'),
    changes: { [SERVICE_ENVIRONMENT]: { content: /^K3S_TOKEN=myclustersecret$/m, mode: 0o600 } },
  },
  {
    name: 'token: a node token is the same variable',
    config: example('token-node'),
    changes: {
      [SERVICE_ENVIRONMENT]: {
        content: /^K3S_TOKEN='?K1074ec55[0-9a-f]+::node:7768[0-9a-f]+'?$/m,
        mode: 0o600,
      },
    },
  },
  {
    name: 'labels: settings of k3s',
    config: example('labels'),
    changes: {
      [SETTINGS]: /^node-label\+:\n {2}- "region=us-west-1"\n {2}- "somekey=somevalue"\n$/m,
    },
  },
  {
    name: 'k3s_args: joined flags',
    config: example('k3s-args-joined'),
    changes: {
      [SETTINGS]:
        /^cluster-cidr\+:\n {2}- "10\.107\.0\.0\/23"\nservice-cidr\+:\n {2}- "10\.107\.1\.0\/23"\n$/m,
    },
  },
  {
    name: 'k3s_args: separate flags',
    config: example('k3s-args-separate'),
    changes: {
      [SETTINGS]:
        /^cluster-cidr\+:\n {2}- "10\.107\.0\.0\/23"\nservice-cidr\+:\n {2}- "10\.107\.1\.0\/23"\n$/m,
    },
  },
  {
    name: 'environment: for logins and for k3s, proxies in both spellings',
    config: example('environment'),
    changes: {
      '/etc/environment': 'http_proxy=http://myserver\nhttps_proxy=http://myserver\n',
      [SERVICE_ENVIRONMENT]: {
        content:
          /^HTTPS_PROXY=http:\/\/myserver\nHTTP_PROXY=http:\/\/myserver\n[\s\S]*http_proxy=http:\/\/myserver\nhttps_proxy=http:\/\/myserver\n$/,
        mode: 0o600,
      },
    },
  },
  {
    name: 'taints: settings of k3s',
    config: example('taints'),
    changes: {
      [SETTINGS]: /^node-taint\+:\n {2}- "key1=value1:NoSchedule"\n {2}- "key1=value1:NoExecute"\n$/m,
    },
  },
  {
    name: 'boot_manifests and keys of accounts: fetched at runtime only',
    phase: 'boot',
    config: example('boot-manifests'),
  },
];

describe('examples of the description', () => {
  it.each(EXAMPLES)('%s is valid', async (name) => {
    const { stdout } = await haosOk(['config', 'validate', join(SEED, name)]);

    expect(stdout).toContain('1 file, 0 errors');
  });

  it.each(CASES.map((wanted) => [wanted.name, wanted] as const))('%s', (_, wanted) => runCase(wanted));
});

const KEY_LINE = /^ssh-rsa AAAAB3NzaC1yc2E\S+\n$/;

/** The files of the sample that last from the boot phase to the runtime phase. */
const SAMPLE_FILES = {
  '/etc/hostname': 'myhost\n',
  '/etc/hosts': /^127\.0\.0\.1\tlocalhost\n127\.0\.1\.1\tmyhost\n/,
  '/etc/shadow': { content: /^rancher:\$6\$/m, mode: 0o640 },
  '/etc/local.d/example.start': { content: '#!/bin/bash\necho hello, local service start', mode: 0o755 },
  '/etc/environment': 'http_proxy=http://myserver\nhttps_proxy=http://myserver\n',
} as const;

const SAMPLE_BOOT_FILES = {
  ...SAMPLE_FILES,
  '/etc/conf.d/cloud-config': /^command_args="aws cdrom"$/m,
  '/etc/connman/main.conf':
    /^FallbackNameservers=8\.8\.8\.8,1\.1\.1\.1\nFallbackTimeservers=0\.us\.pool\.ntp\.org,1\.us\.pool\.ntp\.org$/m,
  '/var/lib/connman/cloud-config.config': { content: /Passphrase=somethingelse/, mode: 0o600 },
  '/home/rancher/.ssh': { directory: true, mode: 0o700, owner: [1000, 1000] },
  '/home/rancher/.ssh/authorized_keys': { content: KEY_LINE, mode: 0o600, owner: [1000, 1000] },
  '/var/lib/rancher/HAOS/ssh/authorized-keys.json': { mode: 0o600 },
  [SERVICE]: { content: /^command=\/etc\/rancher\/k3s\/k3s-service\.sh$/m, mode: 0o755 },
  [START]: { content: /^exec \/usr\/sbin\/k3s server$/m, mode: 0o700 },
  [SETTINGS]: {
    content:
      /^disable-agent: true\nnode-label\+:\n {2}- "region=us-west-1"\n {2}- "somekey=somevalue"\nnode-taint\+:\n {2}- "key1=value1:NoSchedule"\n {2}- "key1=value1:NoExecute"\n$/m,
    mode: 0o600,
  },
  [SERVICE_ENVIRONMENT]: {
    content: /^K3S_TOKEN=TOKEN_VALUE\nK3S_URL=https:\/\/someserver:6443$/m,
    mode: 0o600,
  },
  '/etc/logrotate.d/k3s-service': { mode: 0o644 },
} as const;

describe('the full sample', () => {
  it('in the initrd: what must exist before the disk is mounted', () =>
    runCase({
      name: 'initrd',
      phase: 'initrd',
      bare: true,
      config: example('sample'),
      changes: SAMPLE_FILES,
      steps: { modules: 'deferred', sysctls: 'deferred', 'init-cmd': 'deferred', hostname: 'changed' },
    }));

  it('at boot: everything except what needs the network', () =>
    runCase({
      name: 'boot',
      phase: 'boot',
      bare: true,
      config: example('sample'),
      changes: { ...SAMPLE_BOOT_FILES, '/var/lib/connman/settings': { mode: 0o600 } },
      steps: { 'boot-cmd': 'deferred', k3s: 'changed', wifi: 'changed' },
    }));

  it(
    'at runtime: everything, although the downloads fail',
    () =>
      runCase({
        name: 'runtime',
        bare: true,
        config: example('sample'),
        changes: {
          ...SAMPLE_BOOT_FILES,
          '/var/lib/rancher/HAOS/hostname': 'myhost\n',
          '/run/haos/k3s-start': 'absent\n',
        },
        status: 4,
        failures: ['HAOS_HTTP_FAILED', 'HAOS_SSH_FETCH_FAILED'],
        steps: {
          'run-cmd': 'deferred',
          'boot-manifests': 'failed',
          'ssh-authorized-keys': 'changed',
          'ssh-authorized-keys-remote': 'failed',
        },
        says: ['github.com/ibuildthecloud.keys', 'manifest.yaml'],
      }),
    60_000,
  );
});
