import { createTestHost } from '@haos/host/testing';
import { layout } from '@haos/system';
import { expect, it, onTestFinished } from 'vitest';
import { type DataSourceReport, writeReport } from '../datasources/report.js';
import { readConfig } from '../sources/read.js';
import { readJournals } from './journal.js';
import { plan } from './plan.js';
import { runPhase } from './run-phase.js';
import type { Phase } from './types.js';

const KEYS = '/home/rancher/.ssh/authorized_keys';
const [CLOUD, OTHER] = [publicKey(1, 'cloud'), publicKey(2, 'other')];

/** A node that was configured once with the key that its cloud has, and boots again. */
async function rebootedNode(config = 'haos:\n  data_sources: [aws]\n') {
  const accounts = {
    '/etc/passwd': 'rancher:x:1000:1000::/home/rancher:/bin/bash\n',
    '/etc/group': 'rancher:x:1000:\n',
  };
  const host = createTestHost({ kind: 'rooted', tree: { ...accounts, [layout.systemConfig]: config } });
  onTestFinished(() => host.dispose());
  host.files.write(layout.deliveredKeys, `${CLOUD}\n`);
  await runPhase({ host, phase: 'runtime' });
  host.files.remove('/run');
  const run = async (phase: Phase) => {
    await runPhase({ host, phase });
    return host.files.readText(KEYS);
  };
  return { host, run };
}

function reportOf(
  ...sources: [name: 'aws' | 'cdrom', status: 'failed' | 'none' | 'metadata'][]
): DataSourceReport {
  const outcomes = sources.map(([name, status]) => ({ name, status, time: 1 }));
  return { state: 'done', started: 1, ended: 2, sources: outcomes };
}

it('keeps the keys of a cloud that has not answered yet in this boot', async () => {
  const { run } = await rebootedNode();

  expect(await run('boot')).toBe(`${CLOUD}\n`);
});

it('keeps the keys of a cloud that does not answer', async () => {
  const { host, run } = await rebootedNode();
  writeReport(host, reportOf(['aws', 'failed']));

  expect(await run('runtime')).toBe(`${CLOUD}\n`);
});

it('replaces a key of a cloud that answers with another one', async () => {
  const { host, run } = await rebootedNode();
  writeReport(host, reportOf(['cdrom', 'failed'], ['aws', 'metadata']));
  host.files.write(layout.deliveredKeys, `${OTHER}\n`);

  expect(await run('runtime')).toBe(`${OTHER}\n`);
});

it('keeps the keys of metadata that cannot be read', async () => {
  const { host, run } = await rebootedNode('hostname: node1\n');
  host.files.makeDirectory(layout.deliveredKeys);

  expect(await run('boot')).toBe(`${CLOUD}\n`);
  expect(readJournals(host)[0]?.issues).toMatchObject([
    { severity: 'warning', code: 'unreadable-source', origin: { file: layout.deliveredKeys } },
  ]);
});

it('plans what it does while a cloud has not answered', async () => {
  const { host } = await rebootedNode();
  const { config, isIncomplete: incomplete } = await readConfig(host);

  const planned = await plan(config, { host, phase: 'boot', incomplete });

  expect(incomplete).toBe(true);
  expect(planned.steps.flatMap(({ changes }) => changes.map(({ target }) => target))).not.toContain(KEYS);
});

it('removes the keys of a data source that is no longer configured', async () => {
  const { host, run } = await rebootedNode();
  host.files.write(layout.systemConfig, 'hostname: node1\n');

  expect(await run('boot')).toBe('');
});

function publicKey(fill: number, comment: string): string {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(Buffer.alloc(32, fill))]);
  return `ssh-ed25519 ${blob.toString('base64')} ${comment}`;
}
