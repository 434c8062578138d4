import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestHost } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { plan } from '../../packages/cc/src/apply/plan.js';
import { apply } from '../../packages/cc/src/apply/run.js';
import { readSources } from '../../packages/cc/src/config.js';
import { snakeCase } from '../../packages/cc/src/model/key.js';
import { configSchema, type DescribedKey } from '../../packages/cc/src/model/schema.js';
import { type HaosOptions, haos } from '../blackbox/haos.js';
import { makeNode, phaseOptions } from '../blackbox/run-case.js';
import { makeDirectory, takeSnapshot, writeTree } from '../blackbox/tree.js';

/**
 * Every planted secret contains this mark, so that one search finds them all; the rest identifies
 * the secret.
 */
const MARK = 'SENTINEL';

/** Keys whose names look like secrets but whose values are not secret. */
const NO_SECRETS = [
  ...['haos.install.passphrase_file', 'haos.ssh.password_authentication'],
  'ssh_authorized_keys',
];

interface Key {
  path: string;
  definition: DescribedKey;
}

function keysOf(section: DescribedKey, prefix = ''): Key[] {
  return (section.keys ?? []).flatMap((definition) => {
    const path = prefix + snakeCase(definition.name);
    return [{ path, definition }, ...keysOf(definition, `${path}.`)];
  });
}

const KEYS = keysOf(configSchema);
const SECRET_KEYS = KEYS.filter(({ definition }) => definition.secret === true);

/**
 * Returns YAML of a secret key with a value, such as `haos: {wifi: [{passphrase: VALUE}]}`; the
 * value ends its line.
 */
function yamlOf(path: string, value: string, rename: (name: string) => string = (name) => name): string {
  const names = path.split('.');
  return names
    .map((name, depth) => {
      const isLast = depth === names.length - 1;
      const inItems = KEYS.some(
        ({ path: above, definition }) =>
          above === names.slice(0, depth).join('.') && definition.kind === 'items',
      );
      const indent = '  '.repeat(depth);
      return `${indent}${inItems ? '- ' : ''}${isLast ? rename(name) : name}:${isLast ? ` ${value}` : ''}\n`;
    })
    .join('');
}

/** Mistakes in a value, as functions from the secret to the YAML of the value. */
const BROKEN_VALUES: readonly (readonly [name: string, value: (secret: string) => string])[] = [
  ['a quote that is not closed', (secret) => `"${secret}`],
  ['a second colon', (secret) => `${secret}: x`],
  ['a list that is not closed', (secret) => `[${secret}`],
  ['a map that is not closed', (secret) => `{a: ${secret}`],
  ['an unknown escape', (secret) => `"${secret}\\q"`],
  ['an unknown escape first', (secret) => `"\\q${secret}"`],
  ['an unknown alias', (secret) => `*${secret}`],
  ['a control character', (secret) => `${secret}\u0001`],
  ['text after a quote', (secret) => `"x" ${secret}`],
  ['broken base64', (secret) => `!!binary "${secret}%"`],
  ['a list', (secret) => `[${secret}]`],
  ['a map', (secret) => `{${secret}: ${secret}}`],
  ['a block', (secret) => `|\n        ${secret}\n      \u0001${secret}`],
  ['a folded line', (secret) => `"a\n        ${secret}\n        \\q${secret}"`],
  ['two values', (secret) => `${secret}\n    - ${secret}`],
];

const MISSPELLINGS: readonly (readonly [name: string, rename: (name: string) => string])[] = [
  ['a letter is missing', (name) => name.slice(0, -2) + name.slice(-1)],
  ['a surplus letter', (name) => `${name}s`],
  ['two letters are swapped', (name) => name[1]! + name[0]! + name.slice(2)],
  ['hyphens', (name) => `the-${name}`],
];

/** Secrets in places that are not keys of the schema. All are valid. */
const OTHER_SECRETS = `
ssh_authorized_keys: ["http://user:${MARK}-ssh-url@127.0.0.1:1/keys"]
boot_manifests: [{url: "http://user:${MARK}-manifest-url@127.0.0.1:1/a.yaml"}]
write_files:
- {path: /etc/private, permissions: "0600", content: "${MARK}-private-file"}
- {path: /etc/private-group, permissions: "0400", content: "${MARK}-private-group-file"}
haos:
  token: ${MARK}-token
  password: ${MARK}-password
  wifi: [{name: home, passphrase: ${MARK}-passphrase}]
  server_url: "https://user:${MARK}-server-url@s.example:6443"
  install: {config_url: "https://user:${MARK}-config-url@c.example/c.yaml", iso_url: "https://user:${MARK}-iso-url@c.example/c.iso"}
  k3s_args: [server, --agent-token=${MARK}-joined-argument, --token, ${MARK}-separate-argument, "--datastore-endpoint=mysql://u:${MARK}-endpoint@tcp(h)/d",
    "--vpn-auth=name=tailscale,joinKey=${MARK}-join-key", -t, ${MARK}-alias, --etcd-s3-secret-key=${MARK}-s3, --new-secret=${MARK}-unknown-flag]
  environment:
    http_proxy: http://user:${MARK}-proxy@127.0.0.1:1
    HTTPS_PROXY: http://user:${MARK}-upper-proxy@127.0.0.1:1
    K3S_TOKEN: ${MARK}-k3s-token
    K3S_DATASTORE_ENDPOINT: mysql://u:${MARK}-variable-endpoint@tcp(h)/d
    K3S_VPN_AUTH: name=tailscale,joinKey=${MARK}-variable-join-key
    INSTALL_K3S_EXEC: "server --agent-token ${MARK}-installer-argument --vpn-auth='name=n,joinKey=${MARK}-installer-key'"
    AWS_SECRET_ACCESS_KEY: ${MARK}-secret-access-key
    MY_PASSWORD: ${MARK}-environment-password
    GITHUB_TOKEN: ${MARK}-github-token
    SOME_API_KEY: ${MARK}-api-key
`;

/**
 * Secrets in values with specific errors. Each must be alone, because one error may hide another.
 */
const WRONG_SECRETS: readonly (readonly [name: string, config: string])[] = [
  [
    'a passphrase that is too short',
    'haos: {wifi: [{name: a, passphrase: SENTINL}]}'.replace('SENTINL', MARK.slice(0, 7)),
  ],
  ['a passphrase that is too long', `haos: {wifi: [{name: a, passphrase: ${MARK}${'x'.repeat(80)}}]}`],
  ['a passphrase with a line break', `haos: {wifi: [{name: a, passphrase: "x\\n${MARK}"}]}`],
  ['a passphrase of a network without a name', `haos: {wifi: [{passphrase: ${MARK}-1}]}`],
  [
    'a passphrase under another name, of a network without a name',
    `haos:\n  wifi:\n  - psk: ${MARK}\n    ssid: a`,
  ],
  [
    'a passphrase as others call it, on one line',
    `haos: {wifi: [{ssid: a, psk: ${MARK}, name: a, passphrase: b}]}`,
  ],
  ['a value of an unknown key beside another mistake', `write_files: [{path: a, whatever: ${MARK}}]`],
  ['a value of an unknown key before another mistake', `write_files: [{whatever: "${MARK}", path: a}]`],
  ['values of an unknown key below it', `haos:\n  wpa: {a: ${MARK}, b: [${MARK}]}\n  labels: {a: b c}`],
  ['a value of an unknown key in a text that is broken', `haos: {wpa: ${MARK}, labels: [}`],
  ['a passphrase under its other names', `haos: {wifi: [{name: a, pass: ${MARK}, password: ${MARK}-2}]}`],
  ['a password with a line break', `haos: {password: "a\\n${MARK}"}`],
  ['a password with a NUL', `haos: {password: "a\\0${MARK}"}`],
  ['a password that begins like an encrypted one', `haos: {password: "$6$${MARK}:$x"}`],
  ['a password that begins with a dollar', `haos: {password: "$${MARK}"}`],
  ['a token with a line break', `haos: {token: "a\\n${MARK}"}`],
  ['a token that is given twice', `haos: {token: ${MARK}-1, token: ${MARK}-2}`],
  ['a token in two spellings', `haos: {token: ${MARK}-1, TOKEN: ${MARK}-2}`],
  ['a token at the top level', `token: ${MARK}`],
  ['a password at the top level', `password: ${MARK}`],
  ['a section of another name', `k3os: {token: ${MARK}}`],
  ['a variable with a line break', `haos: {environment: {K3S_TOKEN: "a\\n${MARK}"}}`],
  ['a variable that is too long', `haos: {environment: {A_TOKEN: "${MARK}${'x'.repeat(2000)}"}}`],
  ['a variable with an invalid name', `haos: {environment: {MY-TOKEN: ${MARK}}}`],
  ['a variable that is a map', `haos: {environment: {MY_TOKEN: {a: ${MARK}}}}`],
  ['a variable that is a list of maps', `haos: {environment: {MY_TOKEN: [{a: ${MARK}}]}}`],
  ['variables as a list', `haos: {environment: ["MY_TOKEN=${MARK}"]}`],
  ['variables as a text', `haos: {environment: "MY_TOKEN=${MARK}"}`],
  [
    'a proxy that is not an address',
    `boot_manifests: [{url: "http://m.example/a.yaml"}]\nhaos: {environment: {http_proxy: "http://user:${MARK}@:x"}}`,
  ],
  [
    'a proxy of another scheme',
    `boot_manifests: [{url: "http://m.example/a.yaml"}]\nhaos: {environment: {http_proxy: "socks5://user:${MARK}@h:1"}}`,
  ],
  ['a flag and its value in one entry', `haos: {k3s_args: [server, "--token ${MARK}"]}`],
  [
    'a command and its flags in one entry',
    `haos: {k3s_args: ["server -t ${MARK} --vpn-auth=joinKey=${MARK}"]}`,
  ],
  [
    'a secret for the wrong command',
    `haos: {k3s_args: [agent, --agent-token=${MARK}, --cluster-secret, ${MARK}]}`,
  ],
  ['a misspelt flag', `haos: {k3s_args: [server, --tokn, ${MARK}, --agent-tokn=${MARK}]}`],
  ['a secret beside a custom file', `haos: {k3s_args: [server, --config=/a.yaml, --token, ${MARK}]}`],
  ['an argument that a comma split', `haos: {k3s_args: [server, --vpn-auth=name=tailscale,joinKey=${MARK}]}`],
  [
    'an endpoint in one entry with its flag',
    `haos: {k3s_args: [server, "--datastore-endpoint mysql://u:${MARK}@tcp(h)/d"]}`,
  ],
  [
    'arguments of the installer with a quote that is not closed',
    `haos: {environment: {INSTALL_K3S_EXEC: "server --token ${MARK} 'x"}}`,
  ],
  ['arguments as one text', `haos: {k3s_args: "server --token=${MARK}"}`],
  ['an argument with a control character', `haos: {k3s_args: [server, "--token=${MARK}\\u0001"]}`],
  ['an argument that is a map', `haos: {k3s_args: [server, {token: ${MARK}}]}`],
  ['an argument that is a list', `haos: {k3s_args: [server, [--token, ${MARK}]]}`],
  ['arguments as a map', `haos: {k3s_args: {token: ${MARK}}}`],
  ['a server with a password and another scheme', `haos: {server_url: "http://user:${MARK}@s.example:6443"}`],
  ['a server URL that is a list', `haos: {server_url: ["https://user:${MARK}@s.example:6443"]}`],
  ['a manifest with an invalid URL', `boot_manifests: [{url: "ftp://user:${MARK}@m.example/a.yaml"}]`],
  ['a manifest with an invalid name', `boot_manifests: [{url: "https://user:${MARK}@m.example/"}]`],
  ['a key source that is not a URL', `ssh_authorized_keys: ["https://user:${MARK}@"]`],
  ['a private key', `ssh_authorized_keys: ["-----BEGIN OPENSSH PRIVATE KEY----- ${MARK}"]`],
  [
    'a private file with a broken encoding',
    `write_files: [{path: /a, permissions: "0600", encoding: b64, content: "${MARK}%"}]`,
  ],
  [
    'a private file that cannot be written',
    `write_files: [{path: /etc/passwd/a, permissions: "0600", content: ${MARK}}]`,
  ],
  [
    'a private file of an unknown owner',
    `write_files: [{path: /a, owner: x, permissions: "0600", content: ${MARK}}]`,
  ],
];

const WRONG_PARAMETERS: readonly string[] = [
  `haos.tokn=${MARK}`,
  `haos.whatever=${MARK}`,
  `k3os.whatever=${MARK}`,
  `k3os.token=${MARK}`,
  `haos.token.x=${MARK}`,
  `haos.token[a]=${MARK}`,
  `haos.token="${MARK}`,
  `haos.token="a"${MARK}`,
  `haos..token=${MARK}`,
  `"haos.passwrd=${MARK} x"`,
  `haos.wifi.passphrase.x="a ${MARK}"`,
  `haos.environment="MY_TOKEN=${MARK}"`,
  `haos.environment[MY_TOKEN=${MARK}`,
  `haos.environment.MY-TOKEN=${MARK}`,
  `haos.k3s_args="--token ${MARK}"`,
  `haos.install.config_url=https://user:${MARK}@`,
];

type Said = Map<string, string>;

/** Adds the output of a command; of a dump, which shows values to its reader, only the messages. */
async function listen(said: Said, args: readonly string[], options: HaosOptions = {}): Promise<void> {
  const { stdout, stderr } = await haos(args, options);
  said.set(`haos ${args.join(' ')}`, stderr + (args.some((word) => word.startsWith('--dump')) ? '' : stdout));
}

const DEBUG = { env: { DEBUG: 'haos:*' } };

/**
 * Returns all output about a node: every command in every format, or, for one of many faults, each
 * kind of output once.
 */
async function sayAll(root: string, depth: 'all' | 'once'): Promise<Said> {
  const said: Said = new Map();
  const isAll = depth === 'all';
  const formats = isAll ? ['text', 'json'] : ['json'];
  const tell = (args: readonly string[], options: HaosOptions = {}) =>
    listen(said, ['config', ...args, '--root', root], options);
  await tell(['--dump']);
  if (isAll) await tell(['--dump-json', '--strict']);
  for (const format of formats) await tell(['explain', '--format', format]);
  for (const format of formats) await tell(['plan', '--boot', '--format', format], DEBUG);
  if (isAll) for (const phase of ['initrd', 'boot'] as const) await tell(phaseOptions(phase), DEBUG);
  await tell(['--format', 'json'], DEBUG);
  for (const format of formats) await tell(['status', '--format', format]);
  return said;
}

/** Returns all output about files before they are used; each is one configuration. */
async function validateAll(files: Readonly<Record<string, string>>, kind: string): Promise<Said> {
  const said: Said = new Map();
  const cwd = makeDirectory();
  writeTree(cwd, Object.fromEntries(Object.entries(files).map(([name, content]) => [`/${name}`, content])));
  for (const format of ['text', 'json', 'sarif', 'github'])
    await listen(said, ['config', 'validate', '--as', kind, '--format', format, ...Object.keys(files)], {
      cwd,
    });
  return said;
}

/**
 * Returns files that contain a secret and that other users can read, except those that the test
 * itself wrote.
 */
function leakingFiles(root: string): string[] {
  return [...takeSnapshot(root)]
    .filter(([path, description]) => description.startsWith('file') && path !== '/proc/cmdline')
    .filter(([path]) => readFileSync(join(root, path), 'latin1').includes(MARK.slice(0, 7)))
    .filter(
      ([path, description]) => path.startsWith('/run/haos/journal') || !/^file 0[0-7]00/.test(description),
    )
    .map(([path, description]) => `${path}: ${description}`);
}

function expectSilence(said: ReadonlyMap<string, string>): void {
  for (const [call, text] of said) {
    const at = text.indexOf(MARK.slice(0, 7));
    expect(at < 0 ? '' : text.slice(Math.max(0, at - 200), at + 60), call).toBe('');
  }
}

async function expectNoLeak(config: string, depth: 'all' | 'once'): Promise<void> {
  const root = await makeNode({ bare: true, config });
  expectSilence(await sayAll(root, depth));
  expect(leakingFiles(root)).toEqual([]);
}

describe('the schema', () => {
  it.each(KEYS.map(({ path, definition }) => [path, definition] as const))(
    'marks %s as a secret when its name looks like one',
    (path, definition) => {
      const looksSecret = /pass|token|secret|credential|(^|_|\.)keys?$/.test(path.split('.').at(-1)!);

      expect(definition.secret === true || NO_SECRETS.includes(path)).toBe(looksSecret);
    },
  );
});

describe('a secret that is valid', () => {
  it('appears in no output, journal or file for other users, at any place', async () => {
    expectSilence(await validateAll({ 'config.yaml': OTHER_SECRETS }, 'system'));
    await expectNoLeak(OTHER_SECRETS, 'all');
  });

  it.each(['--config=/etc/own.yaml', '--debug'])('is not an argument of k3s beside %s', async (flag) => {
    const args = [
      ...[
        '--token',
        `${MARK}-1`,
        `--agent-token=${MARK}-2`,
        `--datastore-endpoint=mysql://u:${MARK}-3@tcp(h)/d`,
      ],
      ...[`--vpn-auth=name=tailscale,joinKey=${MARK}-4`, `--etcd-s3-access-key=${MARK}-5`],
      ...[`--etcd-s3-secret-key=${MARK}-6`, `--etcd-s3-session-token=${MARK}-7`],
    ];
    const config = `haos: {k3s_args: ${JSON.stringify(['server', flag, ...args])}}\n`;
    const root = await makeNode({ bare: true, config });

    expectSilence(await sayAll(root, 'all'));

    expect(leakingFiles(root)).toEqual([]);
    for (const path of ['etc/rancher/k3s/k3s-service.sh', 'etc/init.d/k3s-service'])
      expect(readFileSync(join(root, path), 'utf8')).not.toContain(MARK);
    const held = ['k3s-service.env', 'config.yaml.d/50-haos.yaml'].map((name) =>
      readFileSync(join(root, 'etc/rancher/k3s', name), 'utf8'),
    );
    for (let count = 1; count <= 7; count++) expect(held.join('')).toContain(`${MARK}-${count}`);
  });

  it('would be found by this test', async () => {
    const root = await makeNode({ bare: true, config: OTHER_SECRETS });

    const { stdout } = await haos(['config', '--dump', '--root', root]);

    const count = (text: string) => text.match(new RegExp(MARK, 'g'))?.length;
    const inInstall = 2;
    expect(count(stdout)).toBe(count(OTHER_SECRETS)! - inInstall);
    expect(() => expectSilence(new Map([['a dump', stdout]]))).toThrow();
  });
});

/** Every secret key with every fault, by a file name. */
const FAULTY: Readonly<Record<string, string>> = Object.fromEntries(
  SECRET_KEYS.flatMap(({ path }) => [
    ...BROKEN_VALUES.map(([fault, value]) => [
      `${path} with ${fault}`,
      yamlOf(path, value(`${MARK}-${path}`)),
    ]),
    ...MISSPELLINGS.map(([fault, rename]) => [
      `${path} when ${fault}`,
      yamlOf(path, `${MARK}-${path}`, rename),
    ]),
  ]),
);

describe('a secret with a fault', () => {
  it('is not shown by validate', async () => {
    expectSilence(await validateAll(FAULTY, 'system'));
    expectSilence(await validateAll(Object.fromEntries(WRONG_SECRETS), 'system'));
    expectSilence(
      await validateAll(
        Object.fromEntries(WRONG_PARAMETERS.map((text, index) => [`${index}`, text])),
        'cmdline',
      ),
    );
  });

  it('is not shown by put', async () => {
    const root = await makeNode({ bare: true });
    const said: Said = new Map();
    for (const [index, input] of [
      ...Object.values(FAULTY),
      ...WRONG_SECRETS.map(([, config]) => config),
    ].entries())
      await listen(said, ['config', 'put', `${index}.yaml`, '--root', root], { input });

    expectSilence(said);
  });

  it('is not shown on a node whose config.d has them all', async () => {
    const names = Object.keys(FAULTY);
    const root = await makeNode({
      bare: true,
      tree: Object.fromEntries(
        names.map((name, index) => [
          `/var/lib/rancher/HAOS/config.d/${index}`,
          { content: `# ${name}\n${FAULTY[name]}`, mode: 0o600 },
        ]),
      ),
    });

    expectSilence(await sayAll(root, 'all'));
    expect(leakingFiles(root)).toEqual([]);
  });

  it.each(WRONG_SECRETS)('is not shown: %s', (_, config) => expectNoLeak(`${config}\n`, 'once'));

  it.each(WRONG_PARAMETERS)('is not shown on the kernel command line: %s', async (cmdline) => {
    const root = await makeNode({ bare: true, cmdline: `quiet ${cmdline} haos.labels=x` });

    expectSilence(await sayAll(root, 'once'));
    expect(leakingFiles(root)).toEqual([]);
  });
});

describe('commands', () => {
  /** Programs that a phase may start; each of them succeeds. */
  const commands = { sh: {}, 'rc-service': {}, connmanctl: {}, modprobe: {} };
  const config = readSources([
    {
      content: `${OTHER_SECRETS}\nrun_cmd: [first]\nboot_cmd: [second]\ninit_cmd: [third]\n`.replaceAll(
        ':1/',
        ':1/',
      ),
    },
  ]).config;

  it.each(['initrd', 'boot', 'runtime', 'install'] as const)(
    'get no secret as an argument in phase %s, and only configured ones get the environment',
    async (phase) => {
      const host = createTestHost({
        commands,
        tree: { '/usr/sbin/k3s': { content: '', mode: 0o755 } },
      });
      onTestFinished(() => host.dispose());

      await apply(config, { host, phase, mode: 'disk' });

      for (const { command, args, options } of host.calls) {
        expect([command, ...args, options?.label ?? ''].join(' ')).not.toContain(MARK);
        expect(String(options?.input ?? '')).not.toContain(MARK);
        const names = Object.entries(options?.env ?? {}).filter(([, value]) => value.includes(MARK));
        if (command !== 'sh') expect(names).toEqual([]);
        expect(names.filter(([name]) => /^(K3S|CONTAINERD|INSTALL_K3S)_/.test(name))).toEqual([]);
      }
      if (phase !== 'install')
        expect(host.calls.find(({ command }) => command === 'sh')?.options?.env).toMatchObject({
          MY_PASSWORD: `${MARK}-environment-password`,
        });
    },
  );

  it.each(['initrd', 'boot', 'runtime', 'install'] as const)(
    'and files leave no secret in the operations of phase %s, done or planned',
    async (phase) => {
      const host = createTestHost({ commands });
      onTestFinished(() => host.dispose());

      const planned = await plan(config, { host, phase });
      const applied = await apply(config, { host, phase, mode: 'disk' });

      const readable = (_: string, value: unknown) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
      expectSilence(
        new Map([
          ['plan', JSON.stringify(planned, readable)],
          ['operations', JSON.stringify(host.operations, readable)],
          ['result', JSON.stringify(applied, readable)],
        ]),
      );
    },
  );
});
