import { describe, expect, it } from 'vitest';
import type { SourceName } from './issue.js';
import { formatText } from './report/text.js';
import { validate, validateResult } from './validate.js';

function findings(content: string, source: SourceName = 'input'): string[] {
  return validate({ source, file: 'config.yaml', content }).issues.map(({ severity, code, key }) =>
    `${severity} ${code} ${key}`.trim(),
  );
}

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g me';

it('rejects what no node would read', () => {
  for (const content of [new Uint8Array(16 * 1024 * 1024 + 1), ' '.repeat(16 * 1024 * 1024 + 1)])
    expect(validate({ content }).issues.map(({ code }) => code)).toEqual(['unreadable-source']);
});

it('does not repeat findings of the rules that the result already has', () => {
  const once = validate('hostname: a_b');

  expect(validateResult(once).issues).toEqual(once.issues);
});

it('shows the line of the right source, named or not', () => {
  const { issues, texts } = validate([{ content: 'hostname: a_b' }, { content: '# two\nrun_cmds: c' }]);

  const text = formatText(issues, texts);

  expect(text).toContain('<input 1>:1:11');
  expect(text).toContain('  1 | hostname: a_b');
  expect(text).toContain('<input 2>:2:1');
});

describe('validate', () => {
  it('reports nothing for a valid configuration', () => {
    const content = `
ssh_authorized_keys: ["${KEY}", "github:someone", "https://keys.example/me"]
hostname: node-1.example.org
write_files: [{path: /etc/a, content: aGk=, encoding: b64, permissions: "0600", owner: "root:root"}]
boot_manifests: [{url: "https://m.example/a.yaml"}, {url: "https://m.example/b.json?x=1"}]
haos:
  data_sources: [aws, cdrom]
  modules: [kvm, "nvme poll_queues=4"]
  sysctls: {kernel.printk: 4 4 1 7, net/ipv4/conf/eth0.1/forwarding: "1"}
  dns_nameservers: [8.8.8.8, "2001:db8::1"]
  ntp_servers: [0.us.pool.ntp.org, 10.0.0.1]
  wifi: [{name: home, passphrase: mypassword}, {name: open}]
  password: "$1$tYtghCfK$QHa51MS6MVAcfUKuOzNKt0"
  server_url: https://server:6443
  labels: {region: us-west-1, node.kubernetes.io/pool: a, example.com/x: ""}
  taints: ["key1=value1:NoSchedule", "example.com/k:NoExecute"]
  k3s_args: [server, "--cluster-cidr", "10.107.0.0/23", "--disable=traefik"]
  install: {device: /dev/vda, config_url: "https://c.example/x.yaml"}
`;
    expect(findings(content)).toEqual([]);
  });

  it.each([
    ['hostnme: x', 'error unknown-key'],
    ['hostname: my_host', 'error invalid-hostname hostname'],
    [
      'ssh_authorized_keys: ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB..."]',
      'error invalid-key-source ssh_authorized_keys[0]',
    ],
    ['ssh_authorized_keys: ["github:a/b"]', 'error invalid-key-source ssh_authorized_keys[0]'],
    ['write_files: [{content: a}]', 'error missing-key write_files[0]'],
    ['write_files: [{path: etc/a}]', 'error invalid-path write_files[0].path'],
    ['write_files: [{path: /etc/}]', 'error invalid-path write_files[0].path'],
    ['write_files: [{path: /a, permissions: rw}]', 'error invalid-permissions write_files[0].permissions'],
    ['write_files: [{path: /a, encoding: zip}]', 'error invalid-value write_files[0].encoding'],
    [
      'write_files: [{path: /a, encoding: b64, content: "?"}]',
      'error invalid-content write_files[0].content',
    ],
    ['boot_manifests: [{}]', 'error missing-key boot_manifests[0]'],
    ['write_files: [{path: /a, permissions: 420}]', 'warning invalid-permissions write_files[0].permissions'],
    ['write_files: [{path: /a, permissions: "384"}]', 'error invalid-permissions write_files[0].permissions'],
    ['run_cmd: ["sudo systemctl start x"]', 'warning invalid-value run_cmd[0]'],
    ['haos: {server_url: "https://<server-ip>:6443"}', 'error invalid-url haos.server_url'],
    [`haos: {server_url: "https://\${SERVER}:6443"}`, 'error invalid-url haos.server_url'],
    ['haos: {token: "{{ token }}"}', 'error invalid-value haos.token'],
    [`haos: {password: "\${PASSWORD}"}`, 'warning invalid-value haos.password'],
    ['hostname: <name>', 'error invalid-hostname hostname'],
    ['haos: {k3s_args: [server, "--node-ip={{ ip }}"]}', 'warning invalid-value haos.k3s_args[1]'],
    [`haos: {labels: {a: "\${region}"}}`, 'error invalid-label haos.labels[a]'],
    ['haos: {dns_nameservers: [<dns>]}', 'error invalid-value haos.dns_nameservers[0]'],
    ['haos: {environment: {MY_ID: "{{ id }}"}}', 'warning invalid-value haos.environment[MY_ID]'],
    [`boot_manifests: [{url: "https://\${host}/a.yaml"}]`, 'warning invalid-value boot_manifests[0].url'],
    [
      'write_files: [{path: /a, encoding: gzip, content: plain}]',
      'error invalid-content write_files[0].content',
    ],
    [
      'write_files: [{path: /a, encoding: gz+b64, content: aGVsbG8=}]',
      'error invalid-content write_files[0].content',
    ],
    ['boot_manifests: [{url: "ftp://a/b.yaml"}]', 'error invalid-url boot_manifests[0].url'],
    ['boot_manifests: [{url: "https://a/b.txt"}]', 'error invalid-url boot_manifests[0].url'],
    [
      'boot_manifests: [{url: "https://a/b.yaml", sha256: abc}]',
      'error invalid-sha256 boot_manifests[0].sha256',
    ],
    [
      'boot_manifests: [{url: "https://a/b.yaml"}, {url: "https://c/b.yaml"}]',
      'error duplicate-manifest boot_manifests[1].url',
    ],
    ['haos: {data_sources: [azure]}', 'error unsupported-data-source haos.data_sources[0]'],
    ['haos: {data_sources: [packet]}', 'warning no-effect haos.data_sources[0]'],
    ['haos: {modules: ["a/b"]}', 'error invalid-value haos.modules[0]'],
    ['haos: {sysctls: {../x: "1"}}', 'error invalid-sysctl haos.sysctls[../x]'],
    ['haos: {sysctls: {kernel.panic: 0x10}}', 'warning ambiguous-scalar haos.sysctls[kernel.panic]'],
    ['haos: {dns_nameservers: [dns.example]}', 'error invalid-value haos.dns_nameservers[0]'],
    ['haos: {ntp_servers: ["a b"]}', 'error invalid-value haos.ntp_servers[0]'],
    ['haos: {wifi: [{passphrase: mypassword}]}', 'error missing-key haos.wifi[0]'],
    ['haos: {wifi: [{name: a, passphrase: short}]}', 'error invalid-wifi haos.wifi[0].passphrase'],
    ['haos: {password: "$ecret"}', 'warning invalid-value haos.password'],
    ['haos: {server_url: "http://a:6443"}', 'error invalid-url haos.server_url'],
    ['haos: {labels: {a b: c}}', 'error invalid-label haos.labels[a b]'],
    ['haos: {labels: {a: "b c"}}', 'error invalid-label haos.labels[a]'],
    [
      'haos: {labels: {node-role.kubernetes.io/worker: "x"}}',
      'error invalid-label haos.labels[node-role.kubernetes.io/worker]',
    ],
    ['haos: {taints: [key1=value1]}', 'error invalid-taint haos.taints[0]'],
    ['haos: {taints: ["key1=value1:Never"]}', 'error invalid-taint haos.taints[0]'],
    ['haos: {k3s_args: ["--disable=traefik"]}', 'warning invalid-k3s-args haos.k3s_args[0]'],
    ['haos: {k3s_args: [server, "--cluster-cidr 10.107.0.0/23"]}', 'error joined-argument haos.k3s_args[1]'],
    ['haos: {upgrade: {channel: releases.example}}', 'error invalid-url haos.upgrade.channel'],
    ['haos: {upgrade: {image: "a.example/haos:v1"}}', 'error invalid-value haos.upgrade.image'],
    ['haos: {upgrade: {image: "A.example/haos@sha256:0"}}', 'error invalid-value haos.upgrade.image'],
    ['haos: {upgrade: {version: "a b"}}', 'error invalid-value haos.upgrade.version'],
    ['haos: {k3s_args: [agent, --cluster-init]}', 'error invalid-k3s-args haos.k3s_args[1]'],
    ['haos: {k3s_args: [server, --cluster-int]}', 'warning unknown-k3s-flag haos.k3s_args[1]'],
    ['haos: {environment: {a-b: c}}', 'error invalid-value haos.environment[a-b]'],
    [
      'haos: {environment: {INSTALL_K3S_VERSION: v1}}',
      'warning no-effect haos.environment[INSTALL_K3S_VERSION]',
    ],
    ['haos: {install: {device: vda}}', 'error invalid-path haos.install.device'],
    ['haos: {install: {iso_url: "ftp://x"}}', 'error invalid-url haos.install.iso_url'],
  ])('finds the problem in %s', (content, finding) => {
    expect(findings(content)).toEqual([finding]);
  });

  it('suggests to replace a placeholder', () => {
    for (const content of ['hostname: <name>', `haos: {token: "\${token}"}`, 'haos: {modules: ["{{ a }}"]}'])
      expect(validate(content).issues.map(({ hint }) => hint)).toEqual([
        'Replace the placeholder with its value.',
      ]);
  });

  it('ignores what a shell expands, parts of secrets, and text that is not a placeholder', () => {
    const content = [
      `run_cmd: ["echo \${HOME} <a >b"]`,
      'write_files: [{path: /a, content: "{{ a }}"}]',
      `haos: {password: "a<b>c\${d}", token: "x<y>", labels: {a: b}, k3s_args: [server, "--kubelet-arg=a<b"]}`,
      `ssh_authorized_keys: ["${KEY} <me>"]`,
    ];
    expect(findings(content.join('\n'))).toEqual([]);
  });

  it('reports only the octal mode that a decimal number stands for', () => {
    const { issues } = validate(
      'write_files:\n- {path: /a, permissions: 420}\n- {path: /b, permissions: 384}\n',
    );

    expect(issues.map(({ message, hint }) => `${message}; ${hint}`)).toEqual([
      "420 is 0644 as a decimal number, but is read as octal 0420; Write '0644', in quotes.",
      "384 is 0600 as a decimal number, and not octal; Write '0600', in quotes.",
    ]);
  });

  it('suggests a host name without its underscores', () => {
    expect(validate('hostname: worker_1').issues[0]?.hint).toMatch(/^Write worker-1:/);
    expect(validate('hostname: a_b.-').issues[0]?.hint).not.toMatch(/^Write/);
  });

  it('accepts repositories with ports, and versions with a build', () => {
    const upgrade =
      'channel: "http://a.example/latest", image: "10.0.0.1:5000/a/haos_x", version: v1.2.0-rc1+2';
    expect(findings(`haos: {upgrade: {${upgrade}}}`)).toEqual([]);
  });

  it('says that a full token cannot start a cluster', () => {
    const token = `K10${'a'.repeat(64)}::node:77689533d0140c7019416603a05275d4`;
    expect(findings(`haos: {token: "${token}"}`)).toEqual(['warning invalid-value haos.token']);
    expect(findings(`haos: {token: "${token}", server_url: "https://s:6443"}`)).toEqual([]);
  });

  it('shows how to fix a flag and its value in one entry, without a secret', () => {
    const { issues } = validate(
      'haos: {k3s_args: [server, "--cluster-cidr 10.0.0.0/8", "--agent-token abcdef"]}',
    );
    expect(issues[0]?.hint).toContain('"--cluster-cidr=10.0.0.0/8"');
    expect(issues[1]?.hint).not.toContain('abcdef');
  });

  it('warns about keys that their source sets too late', () => {
    const content = 'init_cmd: [a]\nboot_cmd: [b]\nrun_cmd: [c]\nhaos: {install: {tty: x}, boot_cmds: [x]}';
    expect(findings(content, 'config.d')).toEqual([
      'warning no-effect init_cmd',
      'warning no-effect haos.install.tty',
      'error unknown-key haos',
    ]);
    expect(findings('init_cmd: [a]\nboot_cmd: [b]\nrun_cmd: [c]', 'userdata')).toEqual([
      'warning no-effect init_cmd',
      'warning no-effect boot_cmd',
    ]);
    expect(findings('init_cmd: [a]\nboot_cmd: [b]', 'system')).toEqual([]);
  });

  it('sorts issues by their place in the text and points at them', () => {
    const { issues } = validate('hostname: a_b\n\nhaos:\n  tokn: x\n  k3s_args:\n  - server\n  - --a b\n');
    expect(issues.map(({ code, origin }) => [code, origin?.line, origin?.column])).toEqual([
      ['invalid-hostname', 1, 11],
      ['unknown-key', 4, 3],
      ['joined-argument', 7, 5],
    ]);
  });
});
