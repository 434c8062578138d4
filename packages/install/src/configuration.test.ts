import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { expect, it } from 'vitest';
import { type ConfigurationOptions, findConfiguration } from './configuration.js';

const URL = 'https://user:password@config.example/node.yaml?token=1';

async function find(machine: TestHostOptions, options: ConfigurationOptions) {
  const host = createTestHost(machine);
  const found = await findConfiguration(host, options);
  host.dispose();
  return found;
}

const answer = (body: string): TestHostOptions => ({ responses: { [URL]: body } });

it('keeps the text of a downloaded configuration', async () => {
  const found = await find(answer('# a comment\nhostname: node\n'), { url: URL });

  expect(found.check).toMatchObject({ id: 'config', ok: true });
  expect(found.configuration?.text).toBe('# a comment\nhostname: node\n');
});

it('leaves out the section of the installer', async () => {
  const found = await find(answer('hostname: node\nhaos: {install: {device: /dev/vda}, token: abc}\n'), {
    url: URL,
  });

  expect(found.configuration?.text).toBe('haos:\n  token: abc\nhostname: node\n');
});

it('reads a file', async () => {
  const found = await find({ tree: { '/tmp/config.yaml': 'hostname: node\n' } }, { url: '/tmp/config.yaml' });

  expect(found.configuration?.text).toBe('hostname: node\n');
});

it('uses the configuration of this system, kernel arguments included, by default', async () => {
  const tree = {
    '/haos/system/config.yaml': 'hostname: node\n',
    '/proc/cmdline':
      'quiet haos.mode=install haos.slot=current haos.install.device=/dev/vda haos.labels[a]=b\n',
  };

  const found = await find({ tree }, {});

  expect(found).toMatchObject({ check: { ok: true }, issues: [] });
  expect(found.configuration?.text).toBe('haos:\n  labels:\n    a: b\nhostname: node\n');
});

it.each<[title: string, machine: TestHostOptions, options: ConfigurationOptions]>([
  ['does not answer', { responses: { [URL]: { status: 404 } } }, { url: URL }],
  ['is not YAML', answer('a: ['), { url: URL }],
  ['has an unknown key', answer('hostnme: a'), { url: URL }],
  ['has an invalid value', answer('hostname: -a-'), { url: URL }],
  ['is empty', answer(''), { url: URL }],
  ['is only about the installer', answer('haos: {install: {silent: true}}'), { url: URL }],
  ['does not exist', {}, { url: '/none.yaml' }],
  ['here is wrong', { tree: { '/haos/system/config.yaml': 'a: [' } }, {}],
])('refuses a configuration that %s', async (_title, machine, options) => {
  const found = await find(machine, options);

  expect(found.check).toMatchObject({ id: 'config', ok: false });
  expect(found.check.hint).toBeDefined();
  expect(found.configuration).toBeUndefined();
  expect(found.check.message).not.toMatch(/password|token=1/);
});

it('accepts an empty configuration if that is allowed', async () => {
  const found = await find(answer(''), { url: URL, allowEmpty: true });

  expect(found.configuration).toEqual({ text: '' });
  expect(found.check.message).toContain('login to this node will not be possible');
});

it('adds answers to the configuration of this system', async () => {
  const tree = { '/haos/system/config.yaml': 'hostname: node\nhaos: {token: abc}\n' };

  const found = await find({ tree }, { answers: { haos: { password: '007' } } });

  expect(found.check.ok).toBe(true);
  expect(found.configuration?.text).toBe("haos:\n  password: '007'\n  token: abc\nhostname: node\n");
});

it('refuses invalid answers', async () => {
  const found = await find({}, { answers: { haos: { serverUrl: 'server' } } });

  expect(found.check.ok).toBe(false);
  expect(found.issues).toMatchObject([{ severity: 'error', code: 'invalid-url' }]);
});
