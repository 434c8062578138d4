import { createTestHost } from '@haos/host/testing';
import { answersFrom } from '@haos/questions';
import { expect, it } from 'vitest';
import { configureRole, ROLE_FILE } from './configure-role.js';

const PATH = `/var/lib/rancher/HAOS/config.d/${ROLE_FILE}`;
const AGENT = answersFrom({ role: 'agent', server_url: 'https://server:6443', token: 'K10secret' });

it('writes the answers for root only, and keeps the files that people wrote', async () => {
  const local = '# mine\nhostname: node\n';
  const host = createTestHost({ tree: { '/var/lib/rancher/HAOS/config.yaml': local } });

  const report = await configureRole(AGENT, host);

  expect(report).toMatchObject({ changed: true, issues: [] });
  expect(host.files.stat(PATH)?.mode).toBe(0o600);
  expect(host.files.readText(PATH)).toBe('haos:\n  server_url: https://server:6443\n  token: K10secret\n');
  expect(host.files.readText('/var/lib/rancher/HAOS/config.yaml')).toBe(local);
  expect(JSON.stringify(host.operations)).not.toContain('K10secret');
  host.dispose();
});

it('writes nothing if all is configured', async () => {
  const tree = { '/haos/system/config.yaml': 'haos: {server_url: https://a:6443, token: a}\n' };
  const host = createTestHost({ tree });

  expect(await configureRole(AGENT, host)).toBeUndefined();
  expect(host.operations).toEqual([]);
  host.dispose();
});
