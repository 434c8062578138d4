import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haos } from '../haos.js';
import { changedPaths, makeDirectory, takeSnapshot, writeTree } from '../tree.js';

const SYSTEM = '/haos/system';

function makeNode(mode = 'disk'): string {
  const root = makeDirectory();
  writeTree(root, {
    '/run/haos/mode': `${mode}\n`,
    [`${SYSTEM}/config.yaml`]: 'hostname: node1\n',
    '/haos/data/var/lib/mine': 'mine',
  });
  return root;
}

describe('haos reset', () => {
  it.each([
    [[], 'factory-reset', 'once'],
    [['--ephemeral'], 'ephemeral', 'always'],
  ])('with %j leaves a file for early boot, and --cancel deletes it', async (options, file, reset) => {
    const root = makeNode();
    const before = takeSnapshot(root);

    const asked = await haos(['reset', '--yes', '--format', 'json', ...options, '--root', root]);
    expect(asked).toMatchObject({ status: 0, stdout: `${JSON.stringify({ reset }, null, 2)}\n` });
    expect(changedPaths(before, takeSnapshot(root))).toEqual([join(SYSTEM, file)]);

    expect((await haos(['reset', '--cancel', '--root', root])).status).toBe(0);
    expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
  });

  it.each([
    ['without --yes and without a terminal', 'disk', [], 2],
    ['on a live system', 'live', ['--yes'], 5],
    ['on a machine that is not a node', '', ['--yes'], 5],
    ['with contradicting options', 'disk', ['--yes', '--ephemeral', '--cancel'], 2],
  ])('changes nothing %s', async (_, mode, options, status) => {
    const root = makeNode(mode);
    const before = takeSnapshot(root);

    expect((await haos(['reset', ...options, '--root', root])).status).toBe(status);
    expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
  });
});

describe('haos check k3s', () => {
  it('reports on any machine what it found, and how to provide what is missing', async () => {
    const { status, stdout } = await haos(['check', 'k3s', '--format', 'json']);

    const { checks } = JSON.parse(stdout) as { checks: { id: string; ok: boolean; hint?: string }[] };
    expect(checks.length).toBeGreaterThan(10);
    for (const { ok, hint } of checks) expect(hint === undefined).toBe(ok);
    expect(status).toBe(checks.every(({ ok }) => ok) ? 0 : 4);
  });
});
