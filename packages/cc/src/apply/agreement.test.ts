import { HaosError, type Host, planHost } from '@haos/host';
import { createTestHost } from '@haos/host/testing';
import { layout } from '@haos/system';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Issue } from '../issue.js';
import { configSchema, type DescribedKey } from '../model/schema.js';
import { validate } from '../validate.js';
import { apply } from './run.js';
import type { Failure, Phase } from './types.js';

/** `HAOS_RUNS=20000` tests thoroughly; `HAOS_SEED` repeats a run. */
const RUNS = Number(process.env.HAOS_RUNS ?? 300);
const SEED = process.env.HAOS_SEED === undefined ? {} : { seed: Number(process.env.HAOS_SEED) };

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g me';
const BOOT: readonly Phase[] = ['initrd', 'boot', 'runtime'];
/**
 * The maximum of execve(2) for one argument or variable, including the final NUL (MAX_ARG_STRLEN).
 */
const MAX_WORD = 131_072;

/** Texts that are special to YAML, shells, key files, URLs, paths, terminals or the kernel. */
const HOSTILE = [
  ...['\0', '\n', '\r', '\t', '\u0001', '\u001b', '\u007f', '\u0085', '\u2028', '\ufeff', '\ud800', '\u00e9'],
  ...['"', "'", '\\', '`', '$', '$(x)', '#', '%', '%00', '%2f', '*', '?', '/', '//', '.', '..', '/../', '-'],
  ...['--', ':', '::', '=', ',', ' ', '  ', '@', '|', '&', ';', '!', '~', '\u{1f600}'],
  ...['[', ']', '{', '}', '<'],
  ...['0', '00000755', '1e9', 'true', 'null', '__proto__', 'constructor', 'a#b', `'"`, 'x'.repeat(70)],
  ...['x'.repeat(300), 'x'.repeat(1100), 'y/'.repeat(2500)],
];

/** Texts that are valid or almost valid for a key, in addition to the examples of the schema. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  sshAuthorizedKeys: [KEY, `from="10.0.0.0/8" ${KEY}`, 'gitlab:some.one', 'https://k.example/a', '# a', ''],
  path: [
    '/srv/a',
    '/srv/a/b',
    '/srv/b',
    '/srv//c',
    '/srv/./d',
    '/srv/e/../f',
    '/srv/g/',
    '/srv/h/.',
    '/srv/i/..',
  ],
  permissions: ['0644', '755', '0o600', '00000755', '07777', '17777', '0o00755', ' 0644', '0x1'],
  owner: ['root', 'rancher', 'rancher:', 'root:root', '0:0', '1000', ':root', 'a:b:c', '4294967295:0'],
  encoding: ['', 'text/plain', 'b64', 'gz', 'gz+b64', 'gzip+base64', 'b65'],
  content: ['hello', 'aGVsbG8=', 'aGVs\nbG8=', 'aGVsbG8', 'H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA=='],
  hostname: ['node-1', 'node.example.org', 'a_b', 'a..b', `${'a'.repeat(60)}.${'b'.repeat(10)}`],
  url: [
    'https://m.example/a.yaml',
    'http://m.example/b.json?x#y',
    'https://m.example/my file.yaml',
    'https://m.example/.c.yaml',
    'file:///d.yaml',
  ],
  initCmd: ['true', '', ' ', 'y'.repeat(140_000)],
  dataSources: ['aws', 'cdrom', 'packet', '', 'AWS'],
  modules: [
    'kvm',
    'nvme poll_queues=4',
    'nvme dyndbg="file core.c +p"',
    '-r',
    'kvm -r',
    'kvm x=-1',
    'a/b',
    ' kvm ',
    '',
    'kvm -',
    'kvm a.b=c',
  ],
  sysctls: [
    'net.ipv4.ip_forward',
    'net/ipv4/conf/eth0.1/forwarding',
    'net.*.x',
    '-net.x',
    'a.',
    'a././b',
    '1',
    '',
  ],
  interface: ['eth0', 'eth1', 'a/b', 'eth0.7', ''],
  mac: ['52:54:00:12:34:56', '52:54', ''],
  addresses: ['10.1.0.11/24', 'fd00::11/64', '10.1.0.11', '10.1.0.11/33', ''],
  gateways: ['10.1.0.1', 'fe80::1', 'a', ''],
  ipv4: ['dhcp', 'disabled', 'off', ''],
  ipv6: ['auto', 'disabled', 'off', ''],
  routes: ['10.2.0.0/16 via 10.1.0.254', 'default via fe80::1', '10.2.0.1/16', 'a b', ''],
  mtu: ['1500', '0', ''],
  vlan: ['1', '4095', ''],
  parent: ['eth0', 'a/b', ''],
  bond: ['eth0', 'eth1', '52:54:00:12:34:56', 'a b', ''],
  bondMode: ['802.3ad', 'lacp', ''],
  bondOptions: ['miimon=50', 'miimon', ''],
  device: ['/dev/sda1', 'LABEL=a', 'sda1', 'nas:/x', ''],
  type: ['ext4', 'nfs', 'a b', ''],
  options: ['noatime', 'ro,nosuid', 'a b', 'password=x', ''],
  hardening: ['standard', 'strict', 'Strict', ''],
  timezone: ['Europe/Berlin', 'UTC', 'utc', 'Europe/', ''],
  allowUsers: ['rancher', 'root', 'a b', 'ops@10.1.0.0/24', '*', ''],
  ntpServers: ['10.0.0.1', 'time.example.', '::1', '', 'a b'],
  dnsNameservers: ['8.8.8.8', '2001:db8::1', '256.1.1.1', '::1]/[', 'fe80::1%eth0', ''],
  name: ['home', ' home ', 'home\\', 'x'.repeat(32), 'x'.repeat(33), 'caf\u00e9', ''],
  passphrase: ['mypassword', 'short', 'f'.repeat(64), 'g'.repeat(64), ''],
  serverUrl: ['https://s:6443', 'HTTPS://s:6443', 'http://s:6443', 'https://a\nb', ' https://s', ''],
  token: ['secret', `K10${'a'.repeat(64)}::node:x`, 'a\nb', ''],
  labels: ['region', 'example.com/x', 'node-role.kubernetes.io/worker', 'a b', ''],
  k3sArgs: [
    'server',
    'agent',
    '--cluster-init',
    '--disable=traefik',
    '--tls-san',
    'a.example',
    '--token=x',
    '',
    'kubectl',
    '--flag value',
    '-c',
    '--nope',
  ],
  environment: [
    'X',
    'http_proxy',
    'HTTPS_PROXY',
    'MY_TOKEN',
    'K3S_TOKEN',
    'K3S_a-b',
    'INSTALL_K3S_EXEC',
    'INSTALL_K3S_SKIP_START',
    'IFS',
    'server --debug',
    "server '--debug",
    "'a\nb'",
    'kubectl get',
    'http://u:p@proxy:3128',
    'http://[',
    'ftp://p',
    'a#b',
    '1X',
    '',
    'z'.repeat(140_000),
  ],
  taints: ['a=b:NoSchedule', 'a:NoExecute', 'a=b', ''],
  channel: ['https://r.example/latest', 'r.example'],
  image: ['r.example/haos', 'R.example/haos', 'r.example/haos:v1'],
  version: ['v1.2.0', 'v1.2.0+b', 'v 1'],
};

/**
 * Valid items of keys with so many parts that hardly any drawn item is valid: a few of their parts
 * are replaced.
 */
const ITEMS: Readonly<Record<string, readonly object[]>> = {
  network: [
    { interface: 'eth0', addresses: ['10.1.0.11/24', 'fd00::11/64'], gateways: ['10.1.0.1', 'fd00::1'] },
    { mac: '52:54:00:12:34:56', addresses: ['10.2.0.11/24'], nameservers: ['10.2.0.1', 'fd00::53'] },
    { interface: 'eth1', ipv4: 'dhcp', ipv6: 'disabled', searchDomains: ['lan.example'] },
    { interface: 'eth2', mac: '52:54:00:12:34:57', ipv4: 'disabled', ipv6: 'auto' },
    { interface: 'eth3', addresses: ['10.3.0.11/24'], mtu: '9000', routes: ['10.4.0.0/16 via 10.3.0.254'] },
    { interface: 'eth0.20', parent: 'eth0', vlan: '20', addresses: ['10.20.0.11/24'] },
    { interface: 'bond0', bond: ['eth4', 'eth5'], bondMode: '802.3ad', bondOptions: ['miimon=50'] },
  ],
  mounts: [
    { device: 'LABEL=data', path: '/srv/a', type: 'ext4', options: ['noatime', 'ro'] },
    { device: '/dev/sdb1', path: '/var/lib/rancher/k3s' },
    { device: 'nas:/export', path: '/srv/nfs', type: 'nfs', options: [''] },
    { device: 'tmpfs', path: '/srv/b c', type: 'tmpfs', options: ['size=1m'] },
  ],
  wifi: [{ name: 'home', passphrase: 'mypassword' }, { name: 'open' }],
};

const hostile = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 3 })
  .map((parts) => parts.join(''));

function textOf(examples: readonly string[]): fc.Arbitrary<string> {
  const usual = examples.length > 0 ? fc.constantFrom(...examples) : fc.constant('');
  const bent = fc
    .tuple(usual, fc.nat(1000), fc.constantFrom(...HOSTILE), fc.boolean())
    .map(([text, place, part, isExtra]) => {
      const at = place % (text.length + 1);
      return text.slice(0, at) + part + text.slice(isExtra ? at : at + 1);
    });
  return fc.oneof({ weight: 4, arbitrary: usual }, { weight: 3, arbitrary: bent }, hostile);
}

function textsIn(example: unknown): string[] {
  if (typeof example === 'string') return [example];
  if (typeof example !== 'object' || example === null) return [];
  return Object.entries(example).flatMap(([name, value]) => [
    ...(Array.isArray(example) ? [] : [name]),
    ...textsIn(value),
  ]);
}

function examplesOf({ name, examples }: DescribedKey): string[] {
  const usual = USUAL[/^(?:boot|run)Cmd$/.test(name) ? 'initCmd' : name] ?? [];
  return [...examples.flatMap(textsIn), ...usual];
}

function arbitraryOf(key: DescribedKey): fc.Arbitrary<unknown> {
  const text = textOf(examplesOf(key));
  switch (key.kind) {
    case 'string':
      return text;
    case 'boolean':
      return fc.boolean();
    case 'strings':
      return fc.array(text, { maxLength: 4 });
    case 'string-map':
      return fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true });
    case 'items':
      return fc.array(recordOf(key), { maxLength: 3 });
    case 'section':
      return recordOf(key);
  }
}

/**
 * Generates an object with its required keys, and sometimes without one of them, or a valid one of
 * which some parts are replaced.
 */
function recordOf({ name, keys = [] }: DescribedKey): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(keys.map((key) => [key.name, arbitraryOf(key)]));
  const required = keys.filter((key) => key.required).map((key) => key.name);
  const record = (requiredKeys: string[]) => fc.record(values, { requiredKeys, noNullPrototype: true });
  const drawn = fc.oneof({ weight: 5, arbitrary: record(required) }, record([]));
  const valid = ITEMS[name];
  if (valid === undefined) return drawn;
  const parts = fc.oneof(
    ...Object.entries(values).map(([part, value]) => value.map((to) => ({ [part]: to }))),
  );
  const changed = fc
    .tuple(fc.constantFrom(...valid), fc.array(parts, { maxLength: 2 }))
    .map(([item, changes]) => Object.assign({}, item, ...changes));
  return fc.oneof({ weight: 5, arbitrary: changed }, drawn);
}

/** A few keys at a time: with many, nearly every configuration would contain an error. */
const configuration: fc.Arbitrary<object> = fc
  .array(fc.oneof(...leavesOf(configSchema, [])), { minLength: 1, maxLength: 3 })
  .map((leaves) => {
    const tree: Record<string, Record<string, unknown>> = {};
    for (const [path, value] of leaves) {
      let place: Record<string, unknown> = tree;
      for (const name of path.slice(0, -1)) {
        place[name] ??= {};
        place = place[name] as Record<string, unknown>;
      }
      place[path.at(-1)!] = value;
    }
    return tree;
  });

function leavesOf(section: DescribedKey, path: readonly string[]): fc.Arbitrary<[string[], unknown]>[] {
  return (section.keys ?? []).flatMap((key) => {
    const inside = [...path, key.name];
    if (key.name === 'haos') return leavesOf(key, inside);
    return [arbitraryOf(key).map((value): [string[], unknown] => [inside, value])];
  });
}

/** Returns every key below a section, such as `/writeFiles/path`. */
function keysOf({ keys = [] }: DescribedKey, path: string): string[] {
  return keys.flatMap((key) => [`${path}/${key.name}`, ...keysOf(key, `${path}/${key.name}`)]);
}

/** Returns the keys in a configuration. */
function keysIn(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item) => keysIn(item, path))];
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inside]) => keysIn(inside, `${path}/${name}`))];
}

const machine = createTestHost({
  tree: {
    '/usr/sbin/k3s': { content: 'a stand-in for k3s', mode: 0o755 },
    '/home/rancher': { directory: true },
    [`${layout.shippedManifests}/haos-upgrade.yaml`]: 'spec:\n  # haos.upgrade: here\n',
  },
});
afterAll(() => machine.dispose());

/** Creates a node in memory, on which only the configuration causes failures. */
function createNode(config: object): Host {
  const node = planHost(machine);
  for (const [path, text] of Object.entries(accountsFor(config))) node.files.write(path, text);
  return {
    ...node,
    kind: 'live',
    kernel: createKernel(node.kernel),
    files: createFiles(node.files),
    async run(command, args, options) {
      checkWords([command, ...args, ...Object.entries(options?.env ?? {}).map((pair) => pair.join('='))]);
      return { exitCode: 0, signal: undefined, stdout: '', stderr: '', deferred: false };
    },
    fetch: download,
  };
}

/**
 * Simulates a kernel with every valid setting and module name that rejects values no setting takes.
 */
function createKernel(kernel: Host['kernel']): Host['kernel'] {
  return {
    ...kernel,
    setSysctl(key, value) {
      kernel.sysctl(key);
      if (/^-|\*/.test(key) || key.split('/').some((part) => part.length > 255))
        throw new HaosError('HAOS_KERNEL_SYSCTL', 'this kernel does not know it');
      if (value.trim() === '' || value.includes('\0'))
        throw new HaosError('HAOS_KERNEL_SYSCTL', 'the kernel refuses the value');
      return true;
    },
    async loadModule(name, parameters) {
      checkWords(parameters);
      if (parameters.some((word) => word.startsWith('-')))
        throw new HaosError('HAOS_KERNEL_MODULE', 'this is an option of modprobe');
      return kernel.loadModule(name, parameters);
    },
  };
}

/** Simulates files that reject names too long for Linux. */
function createFiles(files: Host['files']): Host['files'] {
  const checkLength = (path: string): void => {
    if (Buffer.byteLength(path) >= 4096 || path.split('/').some((name) => Buffer.byteLength(name) > 255))
      throw new HaosError('HAOS_FILE_PATH', 'the name is too long');
  };
  return {
    ...files,
    write(path, content, options) {
      checkLength(path);
      return files.write(path, content, options);
    },
    stat(path) {
      checkLength(path);
      return files.stat(path);
    },
    makeDirectory(path, options) {
      checkLength(path);
      return files.makeDirectory(path, options);
    },
  };
}

/**
 * Simulates servers that all answer with a key, directly or through any proxy that has an address.
 */
const download: Host['fetch'] = async (url, { proxy = {}, sha256 } = {}) => {
  const address = url.toLowerCase().startsWith('https:') ? proxy.https : proxy.http;
  checkAddress(url);
  if (address) checkAddress(address.includes('://') ? address : `http://${address}`);
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
    throw new HaosError('HAOS_HTTP_CHECKSUM', 'not a digest');
  return { status: 200, headers: {}, body: new Uint8Array(Buffer.from(`${KEY}\n`)) };
};

/** Throws for words that a process cannot start with. */
function checkWords(words: readonly string[]): void {
  if (words.some((word) => word.includes('\0') || Buffer.byteLength(word) >= MAX_WORD))
    throw new HaosError('HAOS_COMMAND_FAILED', 'a word that no process can start with');
}

function checkAddress(url: string): void {
  if (!URL.canParse(url) || !['http:', 'https:'].includes(new URL(url).protocol))
    throw new HaosError('HAOS_HTTP_URL', 'not an http or https URL');
}

/** Returns the accounts that the configuration names, if an account can have that name. */
function accountsFor(config: object): Record<string, string> {
  const { writeFiles = [] } = config as { writeFiles?: { owner?: string }[] };
  const names = writeFiles
    .flatMap(({ owner }) => (owner ?? '').split(':'))
    .filter((name) => name !== '' && !/[\p{Cc}\p{Cs}]/u.test(name));
  const known = new Set(['root', 'rancher', ...names]);
  const lines = [...known].map((name, id) => ({ name, id: name === 'rancher' ? 1000 : id }));
  return {
    '/etc/passwd': lines.map(({ name, id }) => `${name}:x:${id}:${id}::/home/${name}:/bin/sh\n`).join(''),
    '/etc/group': lines.map(({ name, id }) => `${name}:x:${id}:\n`).join(''),
  };
}

/** Returns what validation reports, and what fails in the phases of a boot. */
async function compare(config: object): Promise<{ errors: readonly Issue[]; failures: readonly Failure[] }> {
  const report = validate(JSON.stringify(config));
  const host = createNode(config);
  const failures: Failure[] = [];
  for (const phase of BOOT) {
    const { steps } = await apply(report.config, { host, phase, mode: 'disk' });
    failures.push(...steps.flatMap((step) => step.failures));
  }
  return { errors: report.issues.filter(({ severity }) => severity === 'error'), failures };
}

/**
 * No phase applies the keys of the installer. A wrong proxy fails at the download. An agent has no
 * Plans.
 */
const APART = /^\/haos\/(?:install|upgrade|environment\/https?_proxy$)/i;

/**
 * Returns the unit that applying does or leaves out as a whole: a file or a network fails with its
 * first error.
 */
function partOf(pointer: string): string {
  return pointer.replace(/^((?:\/haos)?\/\w+\/\d+)\/\w+$/, '$1');
}

describe('validate and apply', () => {
  it.each<[pointer: string, config: object]>([
    ['/initCmd/0', { initCmd: ['a\0b'] }],
    ['/bootCmd/1', { bootCmd: ['true', 'y'.repeat(140_000)] }],
    ['/sshAuthorizedKeys/0', { sshAuthorizedKeys: ['github:a/b'] }],
    ['/hostname', { hostname: 'a_b' }],
    ['/writeFiles/0', { writeFiles: [{ content: 'a' }] }],
    ['/writeFiles/0/path', { writeFiles: [{ path: '/srv/a/..' }] }],
    ['/writeFiles/0/path', { writeFiles: [{ path: `/srv/${'x'.repeat(256)}` }] }],
    ['/writeFiles/0/path', { writeFiles: [{ path: '/srv/a' }, { path: '/srv/a/b' }] }],
    ['/writeFiles/0/permissions', { writeFiles: [{ path: '/srv/a', permissions: '17777' }] }],
    ['/writeFiles/0/owner', { writeFiles: [{ path: '/srv/a', owner: 'a:b:c' }] }],
    ['/writeFiles/0/owner', { writeFiles: [{ path: '/srv/a', owner: '\ud800' }] }],
    ['/writeFiles/0/encoding', { writeFiles: [{ path: '/srv/a', encoding: 'b65' }] }],
    ['/writeFiles/0/content', { writeFiles: [{ path: '/srv/a', encoding: 'b64', content: 'a' }] }],
    ['/bootManifests/0/url', { bootManifests: [{ url: ' https://m.example/a.yaml' }] }],
    ['/bootManifests/0/sha256', { bootManifests: [{ url: 'https://m.example/a.yaml', sha256: 'f' }] }],
    [
      '/bootManifests/1/url',
      { bootManifests: [{ url: 'https://m.example/a.yaml' }, { url: 'https://n.example/a.yaml' }] },
    ],
    ['/haos/dataSources/0', { haos: { dataSources: ['AWS'] } }],
    ['/haos/modules/0', { haos: { modules: ['-r'] } }],
    ['/haos/modules/0', { haos: { modules: ['kvm -r'] } }],
    ['/haos/sysctls/net.*.x', { haos: { sysctls: { 'net.*.x': '1' } } }],
    ['/haos/sysctls/-net.x', { haos: { sysctls: { '-net.x': '1' } } }],
    ['/haos/sysctls/a.', { haos: { sysctls: { 'a.': '1' } } }],
    ['/haos/sysctls/a.b', { haos: { sysctls: { 'a.b': ' ' } } }],
    ['/haos/sysctls/a.b', { haos: { sysctls: { 'a.b': '1\0' } } }],
    ['/haos/timezone', { haos: { timezone: 'Europe/berlin' } }],
    ['/haos/network/0', { haos: { network: [{ addresses: ['10.1.0.11/24'] }] } }],
    ['/haos/network/0/gateways', { haos: { network: [{ interface: 'eth0', gateways: ['10.1.0.1'] }] } }],
    ['/haos/network/0/vlan', { haos: { network: [{ interface: 'a', vlan: '0', parent: 'eth0' }] } }],
    ['/haos/network/0/routes/1', { haos: { network: [{ interface: 'a', routes: ['', 'b'] }] } }],
    ['/haos/mounts/0/path', { haos: { mounts: [{ device: '/dev/sda1', path: '/var' }] } }],
    ['/haos/mounts/0/path', { haos: { mounts: [{ device: '/dev/sda1', path: `/srv/${'x'.repeat(256)}` }] } }],
    ['/haos/mounts/0', { haos: { mounts: [{ path: '/srv/a' }] } }],
    ['/haos/ssh/allowUsers', { haos: { ssh: { allowUsers: [] } } }],
    ['/haos/ssh/allowUsers/1', { haos: { ssh: { allowUsers: ['rancher', 'a b'] } } }],
    ['/haos/dnsNameservers/0', { haos: { dnsNameservers: ['::1]/['] } }],
    ['/haos/ntpServers/0', { haos: { ntpServers: ['::1\r'] } }],
    ['/haos/wifi/0/name', { haos: { wifi: [{ name: 'a\nType=ethernet' }] } }],
    ['/haos/wifi/0/name', { haos: { wifi: [{ name: 'x'.repeat(33) }] } }],
    ['/haos/wifi/0/passphrase', { haos: { wifi: [{ name: 'a', passphrase: 'my\tpassword' }] } }],
    ['/haos/wifi/0/passphrase', { haos: { wifi: [{ name: 'a', passphrase: 'short' }] } }],
    ['/haos/password', { haos: { password: 'a\nb' } }],
    ['/haos/password', { haos: { password: `$1$\u0001$${'a'.repeat(22)}` } }],
    ['/haos/serverUrl', { haos: { serverUrl: 'http://s:6443' } }],
    ['/haos/serverUrl', { haos: { serverUrl: 'https://a\nb' } }],
    ['/haos/token', { haos: { token: 'a\nb' } }],
    ['/haos/labels/a b', { haos: { labels: { 'a b': '' } } }],
    ['/haos/taints/0', { haos: { taints: ['a=b'] } }],
    ['/haos/k3sArgs/1', { haos: { k3sArgs: ['server', '--tls-san=a\tb'] } }],
    ['/haos/k3sArgs/0', { haos: { k3sArgs: ['ser\u001bver'] } }],
    ['/haos/environment/X', { haos: { environment: { X: 'a#b' } } }],
    ['/haos/environment/X', { haos: { environment: { X: `"'` } } }],
    ['/haos/environment/X', { haos: { environment: { X: 'x'.repeat(1000) } } }],
    ['/haos/environment/MY_TOKEN', { haos: { environment: { MY_TOKEN: 'y'.repeat(140_000) } } }],
    ['/haos/environment/K3S_a-b', { haos: { environment: { 'K3S_a-b': 'x' } } }],
    ['/haos/environment/INSTALL_K3S_EXEC', { haos: { environment: { INSTALL_K3S_EXEC: "'server" } } }],
    ['/haos/environment/INSTALL_K3S_EXEC', { haos: { environment: { INSTALL_K3S_EXEC: 'kubectl get' } } }],
    ['/haos/upgrade/version', { haos: { upgrade: { version: 'v 1' } } }],
  ])('both refuse %s of %j', async (pointer, config) => {
    const { errors, failures } = await compare(config);

    expect([...new Set(errors.map((error) => error.pointer))]).toEqual([pointer]);
    expect([...new Set(failures.map((failure) => failure.pointer))]).toEqual([pointer]);
  });

  it.each<object>([
    { writeFiles: [{ path: '/srv/a', permissions: '00000755' }] },
    { writeFiles: [{ path: '/srv/a', owner: 'rancher:' }] },
    { haos: { modules: ['nvme dyndbg="file core.c +p"'], dnsNameservers: ['fe80::1%eth0'] } },
    { bootManifests: [{ url: 'https://m.example/my manifest.yaml' }] },
    { haos: { dataSources: [''], modules: [' '], dnsNameservers: [''], ntpServers: [''], taints: [''] } },
    { haos: { serverUrl: 'HTTPS://s:6443' } },
    { haos: { sysctls: { 'net/ipv4/conf/eth0.1/forwarding': '1\n' } } },
    { haos: { environment: { K3S_X: 'a#b', MY_TOKEN: 'a#b' } } },
  ])('both accept %j', async (config) => {
    expect(await compare(config)).toEqual({ errors: [], failures: [] });
  });

  it('reports an unusable proxy only if a download needs it', async () => {
    const haos = { environment: { https_proxy: 'socks5://p' } };
    const bootManifests = [{ url: 'https://m.example/a.yaml' }];
    const others = [{ url: 'http://m.example/a.yaml' }];

    expect(await compare({ haos })).toEqual({ errors: [], failures: [] });
    expect(await compare({ haos, bootManifests: others })).toEqual({ errors: [], failures: [] });
    const { errors, failures } = await compare({ haos, bootManifests });

    expect(errors).toMatchObject([{ code: 'invalid-url', pointer: '/haos/environment/https_proxy' }]);
    expect(failures).toMatchObject([{ code: 'HAOS_HTTP_URL' }]);
  });

  it('are compared with every key of the schema, both with an error below it and without', () => {
    const keys = keysOf(configSchema, '');
    const missing = new Set(keys.flatMap((key) => [`${key} valid`, `${key} wrong`]));
    missing.delete('/haos/operator wrong'); // true and false are both valid, and types are checked elsewhere
    for (const config of fc.sample(configuration, { numRuns: 3000, seed: 1 })) {
      const wrong = validate(JSON.stringify(config)).issues.filter(({ severity }) => severity === 'error');
      for (const key of keysIn(config, '')) {
        const top = /^(?:\/haos)?\/\w+/.exec(key)?.[0];
        const isWrong = wrong.some(({ pointer }) => `${pointer}/`.startsWith(`${top}/`));
        missing.delete(`${key} ${isWrong ? 'wrong' : 'valid'}`);
      }
    }

    expect([...missing]).toEqual([]);
  });

  it(
    'agree: without an error applying does not fail, and with an error it fails there',
    async () => {
      await fc.assert(
        fc.asyncProperty(configuration, async (config) => {
          const { errors, failures } = await compare(config);
          if (errors.length === 0) expect(failures).toEqual([]);
          const failed = failures.map(({ pointer = '' }) => partOf(pointer));
          for (const { pointer } of errors.filter((error) => !APART.test(error.pointer)))
            expect(failed).toContain(partOf(pointer));
        }),
        { numRuns: RUNS, ...SEED },
      );
    },
    RUNS * 200,
  );
});
