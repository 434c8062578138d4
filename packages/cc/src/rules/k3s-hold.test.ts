import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../sources/read.js';
import { validate } from '../validate.js';

const SYSTEM = '/haos/system/config.yaml';
const LOCAL = '/var/lib/rancher/HAOS/config.yaml';

async function holdOf(tree: NonNullable<TestHostOptions['tree']>) {
  const host = createTestHost({ tree });
  onTestFinished(() => host.dispose());
  const { issues, k3sHold } = await readConfig(host);
  return { issues, hold: k3sHold };
}

describe('k3s waits', () => {
  it.each<[string, string, string]>([
    ['a misspelt server_url', 'haos: {server_ulr: "https://s:6443"}', 'unknown key haos.server_ulr'],
    ['a misspelt token', 'haos: {tokn: a, k3s_args: [server]}', 'unknown key haos.tokn'],
    ['misspelt k3s_args', 'haos: {k3s_agrs: [agent], token: a}', 'unknown key haos.k3s_agrs'],
    ['a server_url outside of haos', 'server_url: "https://s:6443"', 'unknown key server_url'],
    ['a section of k3OS', 'k3os: {token: a}', 'unknown key k3os.token'],
    ['a misspelt section', 'hoas: {server_url: "https://s:6443"}', 'unknown key hoas.server_url'],
    ['the name of another system', 'haos: {role: agent}', 'unknown key haos.role'],
    ['a list as server_url', 'haos: {server_url: [a, b]}', 'haos.server_url must be a string, not a list'],
    ['a text as haos', 'haos: agent', 'haos must be a map, not a string'],
    ['a variable of k3s with a wrong type', 'haos: {environment: {K3S_URL: {a: b}}}', 'haos.environment'],
    [
      'several arguments as a text',
      'haos: {k3s_args: "agent --node-ip 10.1.0.21"}',
      'k3s reads this entry as one argument',
    ],
    [
      'a server_url in a section that occurs again',
      'haos:\n  server_url: https://s:6443\nhaos:\n  token: a\n',
      'server_url is ignored, because haos occurs again below',
    ],
    [
      'a token in a section that another spelling replaces',
      'haos: {token: a}\nhao: {server_url: "https://s:6443"}\n',
      'token is ignored, because hao occurs again below',
    ],
    [
      'a token that is replaced by nothing',
      'haos:\n  token: a\n  server_url: https://s:6443\n  token:\n',
      'token is ignored, because token occurs again below',
    ],
    [
      'arguments of an agent that others replace',
      'haos:\n  token: a\n  k3s_args: [agent, --server, "https://s"]\n  k3s_args: [--node-label=a=b]\n',
      'k3s_args is ignored, because k3s_args occurs again below',
    ],
    [
      'a variable in a map that occurs again',
      'haos:\n  environment: {K3S_URL: "https://s"}\n  environment: {A: b}\n',
      'K3S_URL is ignored, because environment occurs again below',
    ],
    ['a command that k3s does not have', 'haos: {k3s_args: [agnet]}', 'k3s runs a node with server or agent'],
  ])('with %s', async (_, config, reason) => {
    const { issues, hold } = await holdOf({ [SYSTEM]: config });

    expect(hold).toContain(reason);
    expect(hold).toMatch(/ \(\/haos\/system\/config\.yaml:[12345]\)$/);
    expect(issues.find(({ severity }) => severity === 'error')?.message).toContain(reason);
  });

  it.each<[string, NonNullable<TestHostOptions['tree']>]>([
    ['is not YAML', { [LOCAL]: 'haos: {server_url: [' }],
    ['cannot be read', { [LOCAL]: { directory: true } }],
    ['is user data of another kind', { '/run/config/userdata': new Uint8Array([0x1f, 0x8b, 0]) }],
  ])('while a source %s and nothing else says what the node is', async (_, tree) => {
    expect((await holdOf({ [SYSTEM]: 'haos: {token: a}', ...tree })).hold).toBeDefined();
    for (const known of ['k3s_args: [server]', 'server_url: "https://s:6443"', 'environment: {K3S_URL: a}'])
      expect((await holdOf({ [SYSTEM]: `haos: {${known}}`, ...tree })).hold).toBeUndefined();
  });

  it.each(['haos.server_ulr=https://s:6443', 'k3os.server_url=https://s:6443', 'k3os.token=a'])(
    'with the kernel argument %s',
    async (word) => {
      const { hold } = await holdOf({ '/proc/cmdline': `quiet ${word}\n` });

      expect(hold).toBe(`unknown parameter ${word.replace(/=.*/, '')} (/proc/cmdline:1)`);
    },
  );
});

it('validation reports a lost key as an error, and a replaced value as a warning', () => {
  const report = (text: string) =>
    validate(text).issues.map(({ severity, code, origin }) => `${origin?.line}: ${severity} ${code}`);

  expect(report('haos:\n  token: a\nhaos:\n  server_url: https://s:6443\n')).toEqual([
    '2: error duplicate-key',
    '3: warning duplicate-key',
  ]);
  expect(report('haos: {token: a}\nhaos: {token: b}\n')).not.toContainEqual(expect.stringContaining('error'));
});

describe('k3s does not wait', () => {
  it.each<[string, string]>([
    ['an unknown key that is like none of these', 'nonsense: 1\nhaos: {lables: {a: b}}'],
    ['a section of k3OS beside the same in haos', 'k3os: {token: a}\nhaos: {token: a}'],
    ['a section of k3OS without any of these', 'k3os: {labels: {a: b}}'],
    ['a variable in its place', 'k3os: {server_url: a}\nhaos: {environment: {K3S_URL: "https://s"}}'],
    ['an argument in its place', 'haos: {server: a, k3s_args: [agent, --server=https://s, --token=b]}'],
    ['keys of cloud-init', 'users: [{name: a}]\npackages: [nfs-common]\nubuntu_advantage: {token: a}'],
    ['a section that occurs again with all of it', 'haos: {token: a}\nhaos: {token: b}'],
    ['a value that occurs again', 'haos:\n  server_url: https://a\n  server_url: https://b\n'],
    ['a section that occurs again without any of these', 'haos: {labels: {role: a}}\nhaos: {labels: {c: d}}'],
    ['a section below a file', 'write_files:\n- {path: /a, haos: {token: a}, haos: {b: c}}\n'],
    ['errors elsewhere', 'hostname: [a]\nhaos: {sysctls: 3, dns_nameservers: [a.example]}'],
    ['nothing at all', ''],
  ])('for %s', async (_, config) => {
    expect((await holdOf({ [SYSTEM]: config })).hold).toBeUndefined();
  });

  it('for a key that a later source has', async () => {
    const tree = { [SYSTEM]: 'haos: {server_ulr: a}', [LOCAL]: 'haos: {server_url: "https://s:6443"}' };

    const { hold, issues } = await holdOf(tree);

    expect(hold).toBeUndefined();
    expect(issues.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['warning unknown-key']);
  });
});
