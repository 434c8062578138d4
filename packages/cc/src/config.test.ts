import { describe, expect, it } from 'vitest';
import { readSources } from './config.js';
import { dumpJson } from './report/dump.js';
import type { Source } from './sources/source.js';

/** Returns what `--dump-json` prints, without the keys that it always prints. */
function read(...contents: (string | Source)[]): unknown {
  const result = readSources(
    contents.map((content) => (typeof content === 'string' ? { content } : content)),
  );
  expect(result.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return shorten(dumpJson(result.config));
}

function shorten(json: string): unknown {
  const { haos, ...rest } = JSON.parse(json);
  const { install, ...section } = haos;
  return {
    ...rest,
    ...(Object.keys(section).length > 0 || Object.keys(install).length > 0
      ? { haos: { ...section, ...(Object.keys(install).length > 0 ? { install } : {}) } }
      : {}),
  };
}

function cmdline(content: string): Source {
  return { source: 'cmdline', form: 'cmdline', content };
}

function codes(...contents: (string | Source)[]): string[] {
  return readSources(
    contents.map((content) => (typeof content === 'string' ? { content } : content)),
  ).issues.map(({ severity, code }) => `${severity} ${code}`);
}

describe('names', () => {
  it.each([
    ['server_url', 'serverUrl'],
    ['serverUrl', 'serverUrl'],
    ['serverurl', 'serverUrl'],
    ['SERVERURL', 'serverUrl'],
    ['k3s_arg', 'k3sArgs'],
    ['k3sargs', 'k3sArgs'],
    ['dns_nameserver', 'dnsNameservers'],
    ['dnsnameserver', 'dnsNameservers'],
    ['dnsNameserver', 'dnsNameservers'],
    ['data_sourc', 'dataSources'],
    ['modul', 'modules'],
  ])('accepts %s for %s', (spelling, name) => {
    const value = name === 'serverUrl' ? 'x' : ['x'];
    expect(read(`haos: {${spelling}: x}`)).toEqual({ haos: { [name]: value } });
  });

  it('accepts HAOS for haos, pass for passphrase and efi for force_efi', () => {
    expect(read('HAOS: {wifi: {name: a, pass: b}, install: {efi: true}}')).toEqual({
      haos: { wifi: [{ name: 'a', passphrase: 'b' }], install: { forceEfi: true } },
    });
  });

  it.each([
    'ssh-authorized-keys',
    'hostnames',
    'run_cmds',
    'k3os',
    'token',
    '__proto__',
    'constructor',
    'Run_Cmd',
  ])('reports %s at the top level as unknown', (name) => {
    expect(codes(`${name}: x`)).toEqual(['warning unknown-key']);
    expect(read(`${name}: x`)).toEqual({});
  });

  it.each([
    ['hostnam: x', 'Did you mean hostname?'],
    ['haos: {ntp_services: [x]}', 'Did you mean ntp_servers?'],
    ['token: x', 'Did you mean haos.token?'],
    ['k3os: {}', 'Did you mean haos?'],
    ['haos: {hostname: x}', 'Write hostname at the top level, outside of haos.'],
    ['haos: {ssh_authorized_keys: [x]}', 'Write ssh_authorized_keys at the top level, outside of haos.'],
    ['haos: {install: {run_cmd: [x]}}', 'Write run_cmd at the top level, outside of haos.install.'],
    ['haos: {wifi: [{ssid: x}]}', 'Write name.'],
    ['haos: {wifi: [{psk: x}]}', 'Write passphrase.'],
    ['users: []', 'Write ssh_authorized_keys and haos.password for rancher, the only account that logs in.'],
    ['packages: []', 'HAOS installs no packages: use what the image has, or a pod.'],
    ['package-update: true', 'HAOS installs no packages: remove it.'],
    ['ntp: {}', 'Write haos.ntp_servers.'],
    ['write_files: [{mode: x}]', 'Write permissions.'],
    ['haos: {constructor: x}', undefined],
    [
      'run_cmd: [[systemctl, start, x]]',
      expect.stringMatching(/^Write the command as one string, .* rc-service/),
    ],
    ['ssh-authorized-keys: [x]', 'Did you mean ssh_authorized_keys?'],
  ])('suggests for %s', (content, hint) => {
    expect(readSources([{ content }]).issues[0]?.hint).toEqual(hint);
  });

  it('treats two spellings as one key, and the last in the document wins', () => {
    expect(read('haos: {label: {a: 1}, labels: {b: "2"}}')).toEqual({ haos: { labels: { b: '2' } } });
    expect(codes('haos: {label: {a: "1"}, labels: {b: "2"}}')).toEqual(['warning two-spellings']);
  });

  it('keeps names inside maps of strings as they are written', () => {
    const environment = { HTTP_PROXY: 'a', noProxy: 'b', __proto__x: 'c', yes: 'd', '0x10': 'e', '010': 'f' };
    expect(
      read('haos: {environment: {HTTP_PROXY: a, noProxy: b, __proto__x: c, yes: d, 0x10: e, 010: f}}'),
    ).toEqual({
      haos: { environment },
    });
  });

  it('treats __proto__ in a map of strings as an ordinary name', () => {
    const { config } = readSources([{ content: 'haos: {labels: {__proto__: a}}' }]);
    expect(JSON.stringify(config.haos?.labels)).toBe('{"__proto__":"a"}');
  });
});

describe('coercion', () => {
  it.each([
    ['haos: {token: 007}', { token: '007' }],
    ['haos: {token: 1.10}', { token: '1.10' }],
    ['haos: {token: yes}', { token: 'yes' }],
    ['haos: {token: 0755}', { token: '0755' }],
    ['haos: {token: .inf}', { token: '.inf' }],
    ['haos: {token: 123456789012345678901234567890}', { token: '123456789012345678901234567890' }],
    ['haos: {token: " x "}', { token: ' x ' }],
    ['haos: {modules: kvm}', { modules: ['kvm'] }],
    ['haos: {modules: "a, b c"}', { modules: ['a, b c'] }],
    ['haos: {k3s_args: [--port, 6443, yes, ~]}', { k3sArgs: ['--port', '6443', 'yes', ''] }],
    [
      'haos: {sysctl: {a: 4 4 1 7, b: " x ", c: yes, d: No, e: ~}}',
      { sysctls: { a: '4 4 1 7', b: 'x', c: 'true', d: 'false', e: '' } },
    ],
    [
      'haos: {sysctl: {a: 0755, b: 0x1F, c: 0b11, d: 1_000, e: -5, f: 0o17}}',
      { sysctls: { a: '493', b: '31', c: '3', d: '1000', e: '-5', f: '15' } },
    ],
    [
      'haos: {sysctl: {a: 1.10, b: 2.0, c: 1.5e+3, d: 1e21, e: 1e-7, f: .inf, g: .nan}}',
      {
        sysctls: {
          a: '1.1',
          b: '2',
          c: '1500',
          d: '1000000000000000000000',
          e: '0.0000001',
          f: '.inf',
          g: '.nan',
        },
      },
    ],
    [
      'haos: {sysctl: {a: 12345678, b: 9007199254740993}}',
      { sysctls: { a: '12345678', b: '9007199254740993' } },
    ],
    [
      'haos: {sysctl: {a: [x, y], b: [], c: 22:30, d: 2001-01-01, e: "1,000"}}',
      { sysctls: { a: 'x', b: '', c: '22:30', d: '2001-01-01', e: '1,000' } },
    ],
    [
      'haos: {sysctl: {a: 089, b: 1.2.3, c: 0x, d: nil, e: t}}',
      { sysctls: { a: '89', b: '1.2.3', c: '0x', d: 'nil', e: 't' } },
    ],
    [
      'haos: {install: {silent: on, debug: "true", force_efi: "yes"}}',
      { install: { silent: true, debug: true } },
    ],
    ['haos: {wifi: {name: a}}', { wifi: [{ name: 'a' }] }],
    ['haos: {token: !!str 5, password: !!int "7"}', { token: '5', password: '7' }],
    ['haos: {token: !custom x}', { token: 'x' }],
  ])('reads %s', (content, haos) => {
    expect(read(content)).toEqual({ haos });
  });

  it('treats a null item of a list of maps as an empty item', () => {
    expect(read('boot_manifests: [~, {url: x}]')).toEqual({ bootManifests: [{}, { url: 'x' }] });
  });

  it.each([
    ['haos: {token: [a]}', '/haos/token'],
    ['haos: {token: {a: b}}', '/haos/token'],
    ['haos: {modules: {a: b}}', '/haos/modules'],
    ['haos: {modules: [[a]]}', '/haos/modules/0'],
    ['haos: {sysctls: [a]}', '/haos/sysctls'],
    ['haos: {sysctls: a}', '/haos/sysctls'],
    ['haos: {sysctls: {a: {b: c}}}', '/haos/sysctls/a'],
    ['haos: {install: {silent: 1}}', '/haos/install/silent'],
    ['haos: {install: {silent: [true]}}', '/haos/install/silent'],
    ['write_files: text', '/writeFiles'],
    ['write_files: [text]', '/writeFiles/0'],
    ['haos: []', '/haos'],
    ['haos: true', '/haos'],
    ['haos: {install: x}', '/haos/install'],
  ])('rejects the type in %s', (content, pointer) => {
    const { issues } = readSources([{ content }]);
    const errors = issues.filter(({ severity }) => severity === 'error');
    expect(errors.map((issue) => [issue.code, issue.pointer])).toEqual([['wrong-type', pointer]]);
    expect(errors[0]?.origin?.line).toBe(1);
  });

  it('leaves out the smallest part that has a wrong type', () => {
    const content =
      'hostname: a\nwrite_files: [{path: /a}, {path: [x]}, {path: /c}, {mode: {}, owner: {}}]\nhaos: {sysctls: {a: b, c: {}}, k3s_args: [server, []]}';
    const { config } = readSources([{ content }]);
    expect(config).toEqual({
      hostname: 'a',
      writeFiles: [{ path: '/a' }, { path: '/c' }],
      haos: { sysctls: { a: 'b' } },
    });
  });

  it('converts binary content that is not text to base64', () => {
    const file = (text: string) => read(`write_files: [{path: /a, ${text}}]`);
    const written = (content: string, encoding: string) => ({
      writeFiles: [{ content, encoding, owner: '', path: '/a', permissions: '' }],
    });
    expect(file('content: !!binary aGk=')).toEqual(written('hi', ''));
    expect(file('content: !!binary /+8=')).toEqual(written('/+8=', 'b64'));
    expect(file('content: !!binary H4sI, encoding: gzip')).toEqual(written('H4sI', 'gzip+b64'));
  });

  it('warns about values that are read differently than they look', () => {
    expect(codes('write_files: [{path: /a, permissions: 0755}]')).toEqual(['warning ambiguous-scalar']);
    expect(codes('haos: {install: {silent: yes}}')).toEqual(['warning deprecated-form']);
    expect(codes('haos: {install: {silent: "yes"}}')).toEqual(['warning ambiguous-scalar']);
    expect(codes('haos: {sysctls: {a: 010}}')).toEqual(['warning ambiguous-scalar']);
    expect(codes('haos: {sysctls: {a: 1.50}}')).toEqual(['warning ambiguous-scalar']);
    expect(codes('haos: {sysctls: {a: yes}}')).toEqual(['warning ambiguous-scalar']);
  });

  it('does not warn about values of maps that are what they look like', () => {
    expect(codes('haos: {sysctls: {a: 10, b: -1, c: true, d: 0.5}}')).toEqual([]);
  });
});

describe('merging', () => {
  it('replaces lists and maps of strings as a whole and merges sections by key', () => {
    expect(
      read(
        'haos: {labels: {a: x, b: y}, modules: [m], token: t, install: {tty: a}}',
        'haos: {labels: {c: z}, modules: [n], install: {device: d}}',
      ),
    ).toEqual({
      haos: { labels: { c: 'z' }, modules: ['n'], token: 't', install: { tty: 'a', device: 'd' } },
    });
  });

  it.each([
    ['haos: {token: ~}', { haos: { install: { tty: 'a' } } }],
    ['haos: {token: ""}', { haos: { install: { tty: 'a' } } }],
    ['haos:', {}],
    ['haos: {}', { haos: { token: 't', install: { tty: 'a' } } }],
    ['haos: {install: ~}', { haos: { token: 't' } }],
  ])('clears with %s', (content, expected) => {
    expect(read('haos: {token: t, install: {tty: a}}', content)).toEqual(expected);
  });

  it('starts with an empty section after it was cleared', () => {
    expect(read('haos: {token: t}', 'haos:', 'haos: {password: p}')).toEqual({ haos: { password: 'p' } });
  });

  it('accepts a wrong type that a later source replaces', () => {
    expect(read('haos: {token: [x]}', 'haos: {token: t}')).toEqual({ haos: { token: 't' } });
  });
});

describe('the kernel command line', () => {
  it.each([
    ['haos.token=TOKEN quiet root=/dev/sda', { token: 'TOKEN' }],
    ['haos.dns_nameserver=1.1.1.1 haos.dns_nameservers=8.8.8.8', { dnsNameservers: ['1.1.1.1', '8.8.8.8'] }],
    ['haos.sysctl[kernel.printk]="4 4 1 7"', { sysctls: { 'kernel.printk': '4 4 1 7' } }],
    ['"haos.sysctl[kernel.printk]=4 4 1 7"', { sysctls: { 'kernel.printk': '4 4 1 7' } }],
    ['haos.sysctl.kernel.printk=4', { sysctls: { 'kernel.printk': '4' } }],
    [
      'haos.labels[region]=us-west-1 haos.label.a.b=c haos.labels[region]=eu',
      { labels: { region: 'eu', 'a.b': 'c' } },
    ],
    ['haos.labels[a[b]]=c', { labels: { 'a[b]': 'c' } }],
    [
      'haos.install.efi haos.install.silent=true haos.install.debug=1',
      { install: { forceEfi: true, silent: true } },
    ],
    ['haos.token=a haos.token=b', { token: 'b' }],
    ['haos.modules=', { modules: [''] }],
    ['haos.wifi.name=a haos.wifi.passphrase="b c"', { wifi: [{ name: 'a', passphrase: 'b c' }] }],
    ['haos.k3s_args=a,b haos.k3s_args=--x=y', { k3sArgs: ['a,b', '--x=y'] }],
    ['HAOS.SERVERURL=x', { serverUrl: 'x' }],
  ])('reads %s', (text, haos) => {
    expect(read(cmdline(text))).toEqual({ haos });
  });

  it('reads keys of the top level', () => {
    expect(read(cmdline('hostname=h ssh_authorized_keys=a run_cmd="echo a b" boot_manifest.url=u'))).toEqual({
      hostname: 'h',
      sshAuthorizedKeys: ['a'],
      runCmd: ['echo a b'],
      bootManifests: [{ url: 'u' }],
    });
  });

  it.each([
    'haos.labels[]=x',
    'haos.labels[a=x',
    'haos.labels[a]b=x',
    'haos.token[a]=x',
    'haos..token=x',
    'haos.tokn=x',
    '.x=y',
    '=y',
  ])('ignores %s', (text) => {
    expect(read(cmdline(text))).toEqual({});
  });

  it('knows the parameters of early boot', () => {
    expect(
      codes(
        cmdline(
          'haos.mode=live haos.fallback_mode=install haos.debug haos.slot=previous haos.state=UUID=a haos.trial',
        ),
      ),
    ).toEqual([]);
  });

  it('reports unknown parameters below haos and k3os only', () => {
    expect(codes(cmdline('haos.tokn=x foo=bar quiet hostnam=x k3os=x'))).toEqual(['warning unknown-key']);
    expect(codes(cmdline('k3os.token=x k3os.mode=install'))).toEqual([
      'warning unknown-key',
      'warning unknown-key',
    ]);
  });

  it.each([
    ['haos.tokn=x', 'Did you mean haos.token?'],
    ['haos.installl.devise=x', 'Did you mean haos.install.device?'],
    ['haos.hostname=x', 'Did you mean hostname?'],
    ['haos.nothing=x', undefined],
    ['k3os.mode=install', 'Did you mean haos.mode?'],
    ['k3os.install.silent=true', 'Did you mean haos.install.silent?'],
    ['k3os.install.tty=ttyS1', 'Did you mean haos.install.tty?'],
    ['k3os.labels[a.b]=c', 'Did you mean haos.labels[a.b]?'],
    ['k3os.sysctl.a.b=c', 'Did you mean haos.sysctls.a.b?'],
    ['k3os.nothing.at.all=c', undefined],
  ])('suggests for %s', (text, hint) => {
    expect(readSources([cmdline(text)]).issues.map((issue) => issue.hint)).toEqual([hint]);
  });

  it.each([
    'haos',
    'haos=x',
    'haos.install',
    'haos.labels=x',
    'haos.token.y=2',
    'hostname.x=1',
    'haos.token.=v',
  ])('refuses the type of %s', (text) => {
    expect(codes(cmdline(text))).toEqual(['error wrong-type']);
  });

  it('clears with an empty value and is one source as a whole', () => {
    expect(
      read(
        'haos: {token: t, modules: [a]}',
        cmdline('haos.token= haos.modules=b haos.modules=c'),
        'haos: {sysctls: {}}',
      ),
    ).toEqual({
      haos: { modules: ['b', 'c'] },
    });
  });
});

describe('provenance', () => {
  const system: Source = {
    source: 'system',
    file: 'system.yaml',
    content: 'hostname: a\nhaos:\n  labels:\n    x: "1"\n  modules:\n  - m\n',
  };
  const local: Source = { source: 'local', file: 'local.yaml', content: 'haos:\n  labels: {y: "2"}\n' };

  it('knows the origin of every leaf', () => {
    const { provenance } = readSources([system, cmdline('haos.token=t'), local]);
    const places = provenance.leaves().map((leaf) => {
      const { source, line, column } = provenance.origins(leaf)[0]!;
      return `${leaf} ${source} ${line}:${column}`;
    });
    expect(places.sort()).toEqual([
      '/haos/labels/y local 2:15',
      '/haos/modules/0 system 6:5',
      '/haos/token cmdline 1:12',
      '/hostname system 1:11',
    ]);
  });

  it('is right for the items after one that was left out', () => {
    const content =
      'write_files:\n- path: [x]\n- path: /b\n- path: [y]\n- path: /d\nhaos: {sysctls: {"0": {}, "1": a}}\n';
    const { config, provenance } = readSources([{ content }]);

    expect(config.writeFiles).toEqual([{ path: '/b' }, { path: '/d' }]);
    expect(provenance.leaves().map((leaf) => [leaf, provenance.origins(leaf)[0]?.line])).toEqual([
      ['/writeFiles/0/path', 3],
      ['/writeFiles/1/path', 5],
      ['/haos/sysctls/1', 6],
    ]);
  });

  it('lists what a value overrode, the winner first', () => {
    const { provenance } = readSources([system, local]);
    expect(provenance.origins('/haos/labels/y').map(({ source, line }) => [source, line])).toEqual([
      ['local', 2],
      ['system', 3],
    ]);
  });
});
