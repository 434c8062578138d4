import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../packages/cc/src/parse/yaml.js';
import { type HaosRun, haos, haosOk } from '../haos.js';
import { makeNode } from '../run-case.js';
import type { Tree } from '../tree.js';

const LOCAL = '/var/lib/rancher/HAOS/config.yaml';

/** A value for every key, each in a spelling other than the dump's. */
const EVERYTHING = `
sshAuthorizedKeys: github:a
WriteFile: {path: /a, permission: "0755"}
hostName: a
boot_manifest: {url: https://a.example/a.yaml}
runcmd: [b]
bootCmd: [c]
init_cmd: [d]
HAOS:
  datasource: aws
  modul: kvm
  Sysctl: {kernel.printk: "4 4 1 7"}
  ntpserver: a
  dnsNameserver: 9.9.9.9
  WIFI: {Name: home, pass: "12345678"}
  Password: e
  SERVERURL: https://s:6443
  TOKEN: f
  label: {Region: g, noProxy: h}
  k3sarg: [server, --x, 6443]
  Environment: {HTTP_PROXY: i}
  taint: j:NoSchedule
  Install: {efi: true, configURL: https://k.example, tty: l}
`;

async function dump(option: string, tree: Tree): Promise<HaosRun> {
  return haosOk(['config', option, '--root', await makeNode({ bare: true, tree })]);
}

async function dumpJson(config: string, cmdline = ''): Promise<unknown> {
  const run = await dump('--dump-json', {
    '/haos/system/config.yaml': config,
    '/proc/cmdline': `${cmdline}\n`,
  });
  return JSON.parse(run.stdout);
}

describe('--dump-json', () => {
  it('has canonical names on every level, and one line', async () => {
    const run = await dump('--dump-json', { '/haos/system/config.yaml': EVERYTHING });

    expect(run.stdout.endsWith('\n')).toBe(true);
    expect(run.stdout.trimEnd()).not.toContain('\n');
    expect(JSON.parse(run.stdout)).toEqual({
      sshAuthorizedKeys: ['github:a'],
      writeFiles: [{ encoding: '', content: '', owner: '', path: '/a', permissions: '0755' }],
      hostname: 'a',
      bootManifests: [{ url: 'https://a.example/a.yaml' }],
      runCmd: ['b'],
      bootCmd: ['c'],
      initCmd: ['d'],
      haos: {
        dataSources: ['aws'],
        modules: ['kvm'],
        sysctls: { 'kernel.printk': '4 4 1 7' },
        ntpServers: ['a'],
        dnsNameservers: ['9.9.9.9'],
        wifi: [{ name: 'home', passphrase: '12345678' }],
        password: 'e',
        serverUrl: 'https://s:6443',
        token: 'f',
        labels: { Region: 'g', noProxy: 'h' },
        k3sArgs: ['server', '--x', '6443'],
        environment: { HTTP_PROXY: 'i' },
        taints: ['j:NoSchedule'],
        install: { forceEfi: true, configUrl: 'https://k.example', tty: 'l' },
      },
    });
  });

  it.each<[string, string, unknown]>([
    ['nothing', '', { haos: { install: {} } }],
    ['comments only', '# nothing\n', { haos: { install: {} } }],
    [
      'empty values',
      'hostname: ""\nrun_cmd: []\nwrite_files: ~\nhaos: {labels: {}, token: "", install: {silent: false, tty: ""}}\n',
      { haos: { install: {} } },
    ],
    ['a cleared section', 'haos:\n', { haos: { install: {} } }],
    [
      'a file without content',
      'write_files: [{path: /a}]\n',
      {
        writeFiles: [{ encoding: '', content: '', owner: '', path: '/a', permissions: '' }],
        haos: { install: {} },
      },
    ],
    [
      'empty items of lists',
      'haos: {modules: [""], k3s_args: [server, ~]}\n',
      { haos: { modules: [''], k3sArgs: ['server', ''], install: {} } },
    ],
    [
      'empty entries of maps',
      'haos: {labels: {a: "", b: ~}}\n',
      { haos: { labels: { a: '', b: '' }, install: {} } },
    ],
  ])('of %s leaves out what is empty, but always has haos.install', async (_, config, expected) => {
    expect(await dumpJson(config)).toEqual(expected);
  });

  it('keeps texts byte by byte', async () => {
    const content = 'a\tb\u00e9\u{1f600}\u0001" \\ \u2028\n\n';

    expect(await dumpJson(`write_files: [{path: /a, content: ${JSON.stringify(content)}}]\n`)).toMatchObject({
      writeFiles: [{ content }],
    });
  });

  it('keeps map keys that are special in JavaScript', async () => {
    const run = await dump('--dump-json', {
      '/haos/system/config.yaml': 'haos: {environment: {__proto__: a, constructor: b, toString: c}}\n',
    });

    expect(run.stdout).toContain('"environment":{"__proto__":"a","constructor":"b","toString":"c"}');
  });
});

describe('--dump', () => {
  it('has snake_case names, sorted, without haos.install, and unchanged names in maps', async () => {
    const { stdout } = await dump('--dump', { '/haos/system/config.yaml': EVERYTHING });
    const names = (pattern: RegExp) => [...stdout.matchAll(pattern)].map((match) => match[1]);

    expect(names(/^([a-z_]+):/gm)).toEqual([
      ...[
        'boot_cmd',
        'boot_manifests',
        'haos',
        'hostname',
        'init_cmd',
        'run_cmd',
        'ssh_authorized_keys',
        'write_files',
      ],
    ]);
    expect(names(/^ {2}([a-z0-9_]+):/gm)).toEqual(
      expect.arrayContaining([
        'data_sources',
        'dns_nameservers',
        'k3s_args',
        'ntp_servers',
        'server_url',
        'sysctls',
      ]),
    );
    expect(names(/^ {2}([a-z0-9_]+):/gm)).not.toContain('install');
    expect(stdout).toContain('HTTP_PROXY: i');
    expect(stdout).toContain('noProxy: h');
  });

  it('of nothing is an empty section', async () => {
    expect((await dump('--dump', {})).stdout).toBe('haos: {}\n');
    expect((await dump('--dump', { '/proc/cmdline': 'haos.install.silent\n' })).stdout).toBe('haos: {}\n');
  });

  it('is an equivalent configuration', async () => {
    const first = await dump('--dump', {
      '/haos/system/config.yaml': EVERYTHING.replace(/ {2}Install.*/, ''),
    });
    const json = await dumpJson(EVERYTHING.replace(/ {2}Install.*/, ''));

    expect(parseYaml(first.stdout).error).toBeUndefined();
    expect(await dumpJson(first.stdout)).toEqual(json);
  });

  it.each([
    'yes',
    'no',
    '007',
    '0x1F',
    '1e3',
    '22:30',
    '~',
    'null',
    '',
    ' a ',
    '- a',
    '# a',
    'a: b',
    '2001-01-01',
    '1_000',
    '.inf',
    '=',
    '<<',
    'a\nb',
    'a\n',
    '\ta',
    '%a',
    '@a',
    '"',
    "'",
    '!a',
    '&a',
    '*a',
    '\u0085',
  ])('quotes %j so that it stays a text', async (text) => {
    const { stdout } = await dump('--dump', {
      '/haos/system/config.yaml': `run_cmd: [${JSON.stringify(text)}]\n`,
    });

    expect(await dumpJson(stdout)).toMatchObject({ runCmd: [text] });
  });

  it('overrides --dump-json', async () => {
    const root = await makeNode({ bare: true, config: 'hostname: a\n' });

    const run = await haosOk(['config', '--dump-json', '--dump', '--root', root]);

    expect(run.stdout).toBe('haos: {}\nhostname: a\n');
  });
});

describe('a dump', () => {
  it.each(['--dump', '--dump-json'])(
    '%s goes to standard output, and warnings to standard error',
    async (option) => {
      const run = await dump(option, {
        '/haos/system/config.yaml': 'hostnme: a\n',
        [LOCAL]: 'hostname: b\nhostname: c\n',
      });

      expect(run.stdout).toMatch(/hostname"?: ?"?c/);
      expect(run.stdout).not.toContain('warning');
      expect(run.stderr).toMatch(/config\.yaml:1:1: warning: [\s\S]*\[unknown-key\]/);
      expect(run.stderr).toContain('[duplicate-key]');
    },
  );

  it.each([
    ['a type', 'hostname: a\nhaos: {token: [b]}\n', '2:8', 'wrong-type'],
    ['a name', 'hostname: a_b\n', '1:11', 'invalid-hostname'],
    ['an item of a list', 'hostname: a\nhaos:\n  taints: ["a=b:NoExecute", a=b]\n', '3:29', 'invalid-taint'],
    ['an entry of a map', 'haos:\n  labels: {a: "1", b c: "2"}\n', '2:25', 'invalid-label'],
    ['the name of a key of the cluster', 'haos: {tokn: a}\n', '1:8', 'unknown-key'],
    ['an item that is empty', 'write_files: [~]\n', '1:15', 'missing-key'],
    ['an item without what it needs', 'boot_manifests: [{sha256: ""}]\n', '1:18', 'missing-key'],
    ['an item and another', 'write_files: [{path: /a}, {path: /a/b}]\n', '1:22', 'invalid-path'],
  ])('prints nothing but the place when %s is wrong', async (_, config, place, code) => {
    const root = await makeNode({ bare: true, config });

    for (const option of ['--dump', '--dump-json']) {
      const run = await haos(['config', option, '--root', root]);

      expect([run.status, run.stdout]).toEqual([3, '']);
      expect(run.stderr.split('\n')[0]).toMatch(
        new RegExp(`^/haos/system/config\\.yaml:${place}: error: .* \\[${code}\\]$`),
      );
    }
  });
});

/**
 * The section haos of the dump for a value. Here is one case per rule; the unit tests have many
 * more.
 */
const VALUES: readonly (readonly [rule: string, config: string, haos: unknown])[] = [
  ['a text for a list is one item', '{modules: "a b=1, c"}', { modules: ['a b=1, c'] }],
  ['a null item is an empty text', '{taints: [~]}', { taints: [''] }],
  [
    'a number in place of a text keeps its digits as written',
    '{token: 007, password: 1.10, install: {tty: yes}}',
    { token: '007', password: '1.10', install: { tty: 'yes' } },
  ],
  [
    'digits beyond 64 bits stay',
    '{token: 123456789012345678901234567890}',
    { token: '123456789012345678901234567890' },
  ],
  [
    'entries of maps are trimmed and numbers written as decimal digits',
    '{sysctls: {a: " b ", c: 0755, d: 0x1F, e: 1_000, f: 12345678, g: 1.10, h: 1.5e+3}}',
    { sysctls: { a: 'b', c: '493', d: '31', e: '1000', f: '12345678', g: '1.1', h: '1500' } },
  ],
  [
    'booleans of maps are true and false',
    '{sysctls: {a: yes, b: Off}}',
    { sysctls: { a: 'true', b: 'false' } },
  ],
  ['a list in a map is its first item', '{labels: {a: [b, c], d: []}}', { labels: { a: 'b', d: '' } }],
  [
    'times and dates are texts',
    '{environment: {a: 22:30, b: 2001-01-01}}',
    { environment: { a: '22:30', b: '2001-01-01' } },
  ],
  [
    'only the text true is true',
    '{install: {silent: "true", debug: "yes", power_off: on}}',
    { install: { silent: true, powerOff: true } },
  ],
  ['one map for a list of maps is one item', '{wifi: {name: a}}', { wifi: [{ name: 'a' }] }],
  [
    'keys of maps keep their text',
    '{labels: {0x10: a, yes: b, 010: c}}',
    { labels: { '0x10': 'a', yes: 'b', '010': 'c' } },
  ],
  [
    'merge keys are merged',
    '{labels: {<<: [{a: "1", b: "2"}, {b: "3", c: "4"}], a: "0"}}',
    { labels: { a: '0', b: '2', c: '4' } },
  ],
  ['aliases are followed', '{token: &a b, password: *a}', { token: 'b', password: 'b' }],
  ['the last of duplicate keys overrides', '{labels: {a: "1"}, labels: {b: "2"}}', { labels: { b: '2' } }],
  ['the last of two spellings overrides', '{label: {a: "1"}, labels: {b: "2"}}', { labels: { b: '2' } }],
  ['unknown tags on texts are ignored', '{token: !x b}', { token: 'b' }],
];

describe('values', () => {
  it.each(VALUES)('%s', async (_, config, haosSection) => {
    const { haos: section } = (await dumpJson(`haos: ${config}\n`)) as { haos: object };

    expect(section).toEqual({ install: {}, ...(haosSection as object) });
  });

  it.each<[string, string | Uint8Array]>([
    ['UTF-8 with a byte order mark', '\ufeffhaos: {token: é}\n'],
    ['UTF-16', Buffer.from('\ufeffhaos: {token: é}\n', 'utf16le')],
    ['UTF-16, big-endian', Buffer.from('\ufeffhaos: {token: é}\n', 'utf16le').swap16()],
    ['carriage returns', '# a\rhaos: {token: é}\r'],
    ['a directive', '%YAML 1.2\n---\nhaos: {token: é}\n'],
    ['a broken second document', 'haos: {token: é}\n---\n{[\n'],
  ])('are read from a file with %s', async (_, content) => {
    const run = await dump('--dump-json', { '/haos/system/config.yaml': content });

    expect(JSON.parse(run.stdout).haos.token).toBe('é');
  });

  it('of binary content become base64 unless they are text', async () => {
    const binary = [
      'write_files:',
      '- {path: /a, content: !!binary aGk=}',
      '- {path: /b, content: !!binary /+8=}',
      '- {path: /c, content: !!binary H4sI, encoding: gz}\n',
    ].join('\n');

    expect(await dumpJson(binary)).toMatchObject({
      writeFiles: [
        { content: 'hi', encoding: '' },
        { content: '/+8=', encoding: 'b64' },
        { content: 'H4sI', encoding: 'gz+b64' },
      ],
    });
  });
});

describe('the kernel command line', () => {
  it.each<[string, string, unknown]>([
    [
      'repeated lists add up, in both spellings',
      'haos.dns_nameserver=1.1.1.1 haos.dns_nameservers=8.8.8.8',
      { dnsNameservers: ['1.1.1.1', '8.8.8.8'] },
    ],
    [
      'maps by brackets and by dots',
      'haos.sysctl[kernel.printk]="4 4 1 7" haos.label.a.b=c',
      { sysctls: { 'kernel.printk': '4 4 1 7' }, labels: { 'a.b': 'c' } },
    ],
    ['no value is true', 'haos.install.efi haos.install.silent=1', { install: { forceEfi: true } }],
    ['the last of repeated texts overrides', 'haos.token=a haos.token=b', { token: 'b' }],
    [
      'lists of maps',
      'haos.wifi.name=a haos.wifi.passphrase="eight or more"',
      { wifi: [{ name: 'a', passphrase: 'eight or more' }] },
    ],
    ['quotes group', '"haos.token=a b" haos.password="c d"', { token: 'a b', password: 'c d' }],
    ['unknown words are ignored', 'quiet root=/dev/sda haos..token=x haos.lable.a=y console=ttyS0', {}],
  ])('%s', async (_, cmdline, section) => {
    const { haos: actual } = (await dumpJson('', cmdline)) as { haos: object };

    expect(actual).toEqual({ install: {}, ...(section as object) });
  });

  it('is one source between the system file and the local one', async () => {
    const run = await dump('--dump-json', {
      '/haos/system/config.yaml': 'haos: {modules: [a, b], labels: {a: "1"}, token: t}\n',
      '/proc/cmdline': 'haos.modules=c haos.labels[d]=e haos.token=\n',
      [LOCAL]: 'haos: {labels: {f: g}}\n',
    });

    expect(JSON.parse(run.stdout).haos).toEqual({ modules: ['c'], labels: { f: 'g' }, install: {} });
  });
});

describe('merging', () => {
  it.each<[string, string, unknown]>([
    ['a null clears a key', 'haos: {token: ~}', { modules: ['a'], install: { tty: 'b' } }],
    ['a null clears a section', 'haos: {install: ~}', { modules: ['a'], token: 't', install: {} }],
    ['a section without a value clears it', 'haos:', { install: {} }],
    [
      'an empty map for a section changes nothing',
      'haos: {}',
      { modules: ['a'], token: 't', install: { tty: 'b' } },
    ],
    ['an empty list clears', 'haos: {modules: []}', { token: 't', install: { tty: 'b' } }],
    ['a list replaces', 'haos: {modules: [c]}', { modules: ['c'], token: 't', install: { tty: 'b' } }],
    [
      'sections merge',
      'haos: {install: {device: /dev/d}}',
      { modules: ['a'], token: 't', install: { tty: 'b', device: '/dev/d' } },
    ],
  ])('%s', async (_, local, section) => {
    const run = await dump('--dump-json', {
      '/haos/system/config.yaml': 'haos: {modules: [a], token: t, install: {tty: b}}\n',
      [LOCAL]: `${local}\n`,
    });

    expect(JSON.parse(run.stdout).haos).toEqual(section);
  });

  it('accepts a wrong type that a later source overrides', async () => {
    const run = await dump('--dump-json', {
      '/haos/system/config.yaml': 'haos: {token: [a]}\n',
      [LOCAL]: 'haos: {token: b}\n',
    });

    expect(JSON.parse(run.stdout).haos.token).toBe('b');
  });
});
