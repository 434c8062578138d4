import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSources } from '../config.js';
import { validate } from '../validate.js';
import { migrateConfig } from './migrate-config.js';

const FIXTURES = new URL('../../../../tests/fixtures/migrate/', import.meta.url);
const names = readdirSync(FIXTURES).filter((name) => name !== 'README.md');

function fixture(name: string): string {
  return readFileSync(new URL(name, FIXTURES), 'utf8');
}

/** Each open question as `LINE SEVERITY: MESSAGE`. */
function openOf(text: string): string[] {
  return migrateConfig(text).open.map(({ line, severity, message }) => `${line} ${severity}: ${message}`);
}

/** Each change as `LINE: MESSAGE`. */
function changesOf(text: string): string[] {
  return migrateConfig(text).changes.map(({ line, message }) => `${line}: ${message}`);
}

/** What a text configures. */
function configOf(text: string): unknown {
  return readSources([{ content: text }]).config;
}

describe.each(names)('%s', (name) => {
  const before = fixture(name);
  const { text, form, changes, open } = migrateConfig(before);

  it('changes once only', () => {
    const again = migrateConfig(text, { form });

    expect(again).toMatchObject({ text, changes: [] });
  });

  it('is recognised again', () => {
    expect(migrateConfig(text).form).toBe(form);
  });

  it('is valid, or every error is an open question', () => {
    const errors = validate({ content: text, form }).issues.filter(({ severity }) => severity === 'error');

    const asked = open.map(({ line, message }) => `${line} ${message}`);
    for (const { message, origin } of errors) expect(asked).toContain(`${origin?.line} ${message}`);
  });

  it('keeps its comments', () => {
    const comments = (each: string) => [...each.matchAll(/(?<=^|\s)#.*$/gm)].map(([comment]) => comment);

    expect(comments(text)).toEqual(comments(before));
  });

  it('has no message with a secret of it', () => {
    const told = JSON.stringify([changes, open]);

    for (const secret of ['example-token', 'example-secret', 'hunter2hunter2', 'tskey-example', 'example-pw'])
      expect(told).not.toContain(secret);
  });
});

describe('migrateConfig', () => {
  it('turns a server of k3OS into one of HAOS', () => {
    const { text, changes } = migrateConfig(fixture('server-etcd.k3os.yaml'));
    const before = fixture('server-etcd.k3os.yaml').split('\n');

    expect(changes.map(({ line, message }) => `${line}: ${message}`)).toEqual(
      expect.arrayContaining([
        '17: run_cmd became haos.sysctls[vm.max_map_count]',
        '18: k3os became haos',
        '30: --no-deploy became --disable',
        '31: --flannel-backend=ipsec became wireguard-native',
        '34: the label k3os.io/upgrade became haos.io/upgrade: enabled',
        '35: the label plan.upgrade.cattle.io/k3os-latest went: haos.io/upgrade says it',
      ]),
    );
    expect(configOf(text)).toMatchObject({
      hostname: 'node-a',
      haos: {
        sysctls: { 'kernel.printk': '4 4 1 7', 'vm.max_map_count': '262144' },
        k3sArgs: [
          'server',
          '--cluster-init',
          '--disable=traefik',
          '--flannel-backend=wireguard-native',
          '--etcd-snapshot-schedule-cron=0 */6 * * *',
        ],
        labels: { 'haos.io/upgrade': 'enabled' },
      },
    });
    expect(text).not.toMatch(/k3os|run_cmd/);
    // Everything else stands as it stood.
    expect(text.split('\n').filter((line) => before.includes(line)).length).toBeGreaterThan(20);
    expect(openOf(fixture('server-etcd.k3os.yaml'))).toEqual([
      expect.stringContaining('warning: this is the password of every image of k3OS'),
      expect.stringContaining('warning: k3s does not have the flannel backend ipsec any more'),
    ]);
  });

  it('turns loadkeys into haos.keyboard', () => {
    const { text } = migrateConfig('k3os:\n  token: a\nboot_cmd:\n- loadkeys de-latin1\n');

    expect(configOf(text)).toEqual({ haos: { keyboard: 'de-latin1', token: 'a' } });
  });

  it('turns a link to a time zone into haos.timezone', () => {
    const { text } = migrateConfig(fixture('server-etcd.k3os.yaml'));

    expect(configOf(text)).toMatchObject({ haos: { timezone: 'Europe/Berlin' } });
    expect(text).not.toMatch(/boot_cmd|localtime/);
  });

  it('turns a file of connman into haos.network', () => {
    const { text } = migrateConfig(fixture('server-etcd.k3os.yaml'));

    expect(text).not.toMatch(/write_files|connman/);
    expect(text).toContain(
      '  network:\n    - interface: eth0\n      addresses: ["10.1.0.11/24"]\n      gateways: ["10.1.0.1"]\n' +
        '      nameservers: ["10.1.0.1"]\n      ipv6: disabled\n',
    );
    const twice =
      'write_files:\n- path: /var/lib/connman/a.config\n  content: "[service_eth0]\\nType=ethernet"\n';
    expect(openOf(`${twice}k3os: {network: [{interface: eth0}]}\n`)).toEqual([
      '2 warning: this sets haos.network[eth0], which has another value elsewhere in this file',
    ]);
  });

  it('turns a mount into haos.mounts', () => {
    const { text } = migrateConfig('boot_cmd:\n- mkdir -p /srv/a && mount -o ro /dev/sdb1 /srv/a\n');

    expect(text).toBe('haos:\n  mounts:\n    - device: /dev/sdb1\n      path: /srv/a\n      options: [ro]\n');
  });

  it('lists what is wrong with an agent and only a person can know', () => {
    expect(openOf(fixture('agent.k3os.yaml'))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^1 error: .*worker_1/),
        expect.stringMatching(/^3 error: /),
        expect.stringMatching(/^5 error: /),
        expect.stringMatching(/^6 error: .*node-role/),
        expect.stringMatching(/^7 error: .*NoWay/),
      ]),
    );
  });

  it('turns kernel arguments into those of HAOS', () => {
    const { text, form, open } = migrateConfig(fixture('pxe.cmdline'));

    expect({ form, open }).toEqual({ form: 'cmdline', open: [] });
    expect(text).toBe(fixture('pxe.cmdline').replaceAll('k3os.', 'haos.'));
  });

  it('turns everything into what it is now', () => {
    const { text, open } = migrateConfig(fixture('proxmox.k3os.yaml'));

    expect(configOf(text)).toEqual({
      hostname: 'server-1',
      sshAuthorizedKeys: ['github:example-user'],
      writeFiles: [
        {
          path: '/var/lib/rancher/HAOS/config.d/10-extra.yaml',
          content: 'haos:\n  labels: {haos.io/upgrade: enabled}\n',
          permissions: '0600',
        },
        {
          path: '/etc/rancher/k3s/config.yaml',
          content: '# k3s itself\ndisable: [traefik]\nflannel-backend: wireguard-native\n',
          permissions: '0600',
        },
      ],
      initCmd: ['ip link set eth0 up'],
      runCmd: [
        'mount -o remount,rw /haos/system && cp /haos/system/config.yaml /haos/system/config.bak',
        'sudo haos config --dump',
        'kubectl label node server-1 haos.io/upgrade=enabled --overwrite',
      ],
      haos: {
        sysctls: {
          'net.ipv4.ip_forward': '1',
          'vm.swappiness': '0',
          'net.ipv4.conf.all.forwarding': '1',
          'kernel.printk': '4 4 1 7',
        },
        modules: ['br_netfilter'],
        labels: { 'haos.io/upgrade': 'enabled', region: 'eu' },
        k3sArgs: ['server', '--node-label', 'haos.io/upgrade=enabled', '--token=example-secret'],
        environment: { INSTALL_K3S_EXEC: '--flannel-backend=none --disable traefik' },
        install: { silent: true, device: '/dev/sda' },
      },
    });
    expect(open.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining('flannel backend wireguard')]),
    );
  });

  it('turns a configuration of the Go HAOS into one of this', () => {
    expect(configOf(migrateConfig(fixture('go-haos.yaml')).text)).toMatchObject({
      writeFiles: [{ path: '/var/lib/rancher/HAOS/config.d/20-labels.yaml' }],
      haos: {
        labels: { 'haos.io/upgrade': 'enabled' },
        k3sArgs: ['server', '--datastore-endpoint', 'etcd'],
      },
    });
  });

  it('finds kernel arguments in the files of a network boot', () => {
    const { text } = migrateConfig(fixture('pxelinux.cfg'));

    expect(text).toContain(
      '  APPEND printk.devkmsg=on haos.mode=install haos.install.silent=true haos.install.device=/dev/sda ' +
        'haos.label[haos.io/upgrade]=enabled haos.k3s_args=agent haos.k3s_args=--flannel-backend=none console=ttyS0\n',
    );
    expect(text).toContain('KERNEL k3os-vmlinuz-amd64');
    expect(openOf(fixture('main.ipxe.cfg'))).toEqual([
      expect.stringMatching(/^3 warning: this is not an http or https URL/),
      expect.stringMatching(/^3 warning: this is not an http or https URL/),
      expect.stringMatching(/^3 .*unknown parameter haos.nothing/),
    ]);
  });

  it('edits what is written in brackets', () => {
    const { text } = migrateConfig(fixture('json.k3os.yaml'));

    expect(JSON.parse(text)).toEqual({
      hostname: 'json-1',
      run_cmd: ['cat /haos/system/config.yaml'],
      haos: {
        sysctls: { 'vm.max_map_count': '262144' },
        labels: { 'haos.io/upgrade': 'enabled' },
        k3s_args: ['server', '--disable=servicelb'],
      },
    });
  });

  it('removes nothing that an alias stands for', () => {
    const { text } = migrateConfig(fixture('aliases.k3os.yaml'));

    expect(text).toBe(
      fixture('aliases.k3os.yaml').replace('k3os:', 'haos:').replace('ipsec', 'wireguard-native'),
    );
  });

  it.each([
    ['a key in another spelling', 'K3OS:\n  sysctls: {}\n', 'haos:\n  sysctls: {}\n'],
    ['a key in quotes', "'k3os': {token: a}\n", "'haos': {token: a}\n"],
    [
      'line ends of Windows',
      'k3os:\r\n  token: a\r\nrun_cmd:\r\n- sysctl -w a.b=1\r\n- b\r\n',
      'haos:\r\n  sysctls:\r\n    a.b: "1"\r\n  token: a\r\nrun_cmd:\r\n- b\r\n',
    ],
    [
      'a text without a line end, of which a block scalar is the last',
      'run_cmd:\n- sysctl -w a.b=1\nwrite_files:\n- path: /a\n  content: |\n    x',
      'haos:\n  sysctls:\n    a.b: "1"\nwrite_files:\n- path: /a\n  content: |\n    x',
    ],
    ['the only command', 'run_cmd: sysctl -w a.b=1\n', 'haos:\n  sysctls:\n    a.b: "1"\n'],
    [
      'a command in a block scalar',
      'run_cmd:\n# why\n- |\n  sysctl -w a.b=1\n\n- b\nk3os:\n  # none yet\n',
      'run_cmd:\n# why\n\n- b\nhaos:\n  sysctls:\n    a.b: "1"\n  # none yet\n',
    ],
    [
      'a comment behind what goes',
      'run_cmd:\n- sysctl -w a.b=1 # for the database\n- b\n',
      'run_cmd:\n# for the database\n- b\nhaos:\n  sysctls:\n    a.b: "1"\n',
    ],
    [
      'a section in brackets',
      'boot_cmd: [modprobe kvm, b]\nk3os: {modules: [nvme], sysctl: {}}\nrun_cmd: [b, sysctl -w a.b=1]\n',
      'boot_cmd: [b]\nhaos: {modules: ["kvm", nvme], sysctl: {"a.b": "1"}}\nrun_cmd: [b]\n',
    ],
    [
      'what the keys say already',
      'run_cmd:\n- sysctl -w a.b=1\nk3os:\n  sysctl:\n    a.b: 1\n  modules:\n  - kvm\nboot_cmd:\n- modprobe kvm\n',
      'haos:\n  sysctl:\n    a.b: 1\n  modules:\n  - kvm\n',
    ],
    [
      'a label that is the only one',
      'k3os:\n  token: a\n  labels:\n    k3os.io/mode: local\n',
      'haos:\n  token: a\n',
    ],
    [
      'a node that is not to be upgraded',
      'k3os: {labels: {plan.upgrade.cattle.io/k3os-latest: disabled}}\n',
      'haos: {labels: {haos.io/upgrade: disabled}}\n',
    ],
    [
      'the variable of the secret',
      'k3os: {environment: {"K3S_CLUSTER_SECRET": a}}\n',
      'haos: {environment: {"K3S_TOKEN": a}}\n',
    ],
    [
      'both labels of old and of new',
      'k3os:\n  labels:\n    k3os.io/upgrade: latest\n    haos.io/upgrade: disabled\n',
      'haos:\n  labels:\n    haos.io/upgrade: disabled\n',
    ],
  ])('rewrites %s', (_title, before, after) => {
    const { text } = migrateConfig(before);

    expect(text).toBe(after);
    expect(migrateConfig(text)).toMatchObject({ text, changes: [] });
  });

  it.each([
    ['a command that does more', 'run_cmd:\n- sysctl -w a.b=1 && reboot\n'],
    ['a command that a shell expands', 'run_cmd:\n- sysctl -w a.b=$VALUE\n- echo $(date) > /etc/timezone\n'],
    ['a command that is chosen', 'run_cmd:\n- "true || sysctl -w a.b=1"\n'],
    ['settings of a file', 'run_cmd:\n- sysctl -p /etc/sysctl.conf\n- sysctl --system\n'],
    ['a module that goes', 'run_cmd:\n- modprobe -r kvm\n'],
    ['a name within another', 'run_cmd:\n- cat /opt/k3os/a /k3os-data/b https://a.example/k3os/c ./k3os/d\n'],
    ['invalid YAML', 'k3os: [\n'],
    ['nothing', ''],
    ['a comment', '# k3os: /k3os/system\n'],
    ['a script', '#!/bin/sh\necho k3os.mode=install\n'],
  ])('leaves %s alone', (_title, before) => {
    expect(migrateConfig(before)).toMatchObject({ text: before, changes: [] });
  });

  it('asks what it cannot know', () => {
    expect(openOf('k3os: {token: a}\nhaos: {token: b}\n')).toEqual([
      '1 warning: k3os and haos are both here, and HAOS reads only haos',
      '1 error: unknown key k3os',
      '1 error: unknown key k3os.token',
    ]);
    expect(openOf('run_cmd:\n- sysctl -w a.b=1\nhaos: {sysctls: {a.b: "2"}}\n')).toEqual([
      '2 warning: this sets haos.sysctls[a.b], which has another value elsewhere in this file',
    ]);
    expect(openOf('run_cmd:\n- apk add nano\n')).toEqual([
      expect.stringContaining('apk is a program of Alpine'),
    ]);
  });

  it('lists what is old in a script', () => {
    expect(openOf('#!/bin/sh\ncat /k3os/system/config.yaml\n')).toEqual([
      '2 warning: /k3os is a directory of k3OS',
    ]);
  });

  it('says that bytes are no text', () => {
    expect(migrateConfig(new Uint8Array([0xff, 0x00, 0x80]))).toMatchObject({
      text: '',
      changes: [],
      open: [{ severity: 'error', message: 'this is not UTF-8 text' }],
    });
  });

  it('tells the lines of the text as it was, and of the result', () => {
    const before = 'run_cmd:\n- sysctl -w a.b=1\nhostname: a_b\nk3os:\n  token: /k3os\n  k3s_args: [/k3os]\n';

    expect(changesOf(before)).toEqual([
      '2: run_cmd became haos.sysctls[a.b]',
      '4: k3os became haos',
      '6: /k3os became /haos',
    ]);
    expect(openOf(before)[0]).toMatch(/^1 error: "a_b" is not a host name/);
  });
});
