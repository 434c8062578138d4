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

it('takes a fetched configuration as it was written', async () => {
  const found = await find(answer('# a comment\nhostname: node\n'), { configUrl: URL });

  expect(found.check).toMatchObject({ id: 'config', ok: true });
  expect(found.configuration?.text).toBe('# a comment\nhostname: node\n');
});

it('leaves out what only the installer needs', async () => {
  const found = await find(answer('hostname: node\nhaos: {install: {device: /dev/vda}, token: abc}\n'), {
    configUrl: URL,
  });

  expect(found.configuration?.text).toBe('haos:\n  token: abc\nhostname: node\n');
});

it('takes a file', async () => {
  const found = await find(
    { tree: { '/tmp/config.yaml': 'hostname: node\n' } },
    { configUrl: '/tmp/config.yaml' },
  );

  expect(found.configuration?.text).toBe('hostname: node\n');
});

it('takes what is configured here, kernel arguments included, when nothing is named', async () => {
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
  ['does not answer', { responses: { [URL]: { status: 404 } } }, { configUrl: URL }],
  ['is no YAML', answer('a: ['), { configUrl: URL }],
  ['has an unknown key', answer('hostnme: a'), { configUrl: URL }],
  ['has a value that cannot be', answer('hostname: -a-'), { configUrl: URL }],
  ['is empty', answer(''), { configUrl: URL }],
  ['is only about the installer', answer('haos: {install: {silent: true}}'), { configUrl: URL }],
  ['is no file', {}, { configUrl: '/none.yaml' }],
  ['here is wrong', { tree: { '/haos/system/config.yaml': 'a: [' } }, {}],
])('refuses a configuration that %s', async (_title, machine, options) => {
  const found = await find(machine, options);

  expect(found.check).toMatchObject({ id: 'config', ok: false });
  expect(found.check.hint).toBeDefined();
  expect(found.configuration).toBeUndefined();
  expect(found.check.message).not.toMatch(/password|token=1/);
});

it('takes an empty one when that is meant', async () => {
  const found = await find(answer(''), { configUrl: URL, allowEmptyConfig: true });

  expect(found.configuration).toEqual({ text: '' });
  expect(found.check.message).toContain('nobody can log in');
});

it('installs answers beside what is configured here', async () => {
  const tree = { '/haos/system/config.yaml': 'hostname: node\nhaos: {token: abc}\n' };

  const found = await find({ tree }, { answers: { haos: { password: '007' } } });

  expect(found.check.ok).toBe(true);
  expect(found.configuration?.text).toBe("haos:\n  password: '007'\n  token: abc\nhostname: node\n");
});

it('takes no answers that are not valid', async () => {
  const found = await find({}, { answers: { haos: { serverUrl: 'server' } } });

  expect(found.check.ok).toBe(false);
  expect(found.issues).toMatchObject([{ severity: 'error', code: 'invalid-url' }]);
});
