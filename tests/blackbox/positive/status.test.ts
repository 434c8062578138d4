import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haos, haosOk } from '../haos.js';
import { makeNode } from '../run-case.js';
import { IS_ROOT } from '../tree.js';

const NODE = {
  '/run/haos/mode': 'disk\n',
  '/run/haos/set': 'v0.2.0/-/6.12-v0.2.0\n',
  '/usr/lib/haos/version': 'v0.2.0\n',
  '/haos/system/haos/v0.2.0/rootfs.squashfs': '',
  '/haos/system/haos/current': { link: 'v0.2.0' },
  '/haos/system/kernel/6.12-v0.2.0/vmlinuz': '',
  '/haos/system/kernel/current': { link: '6.12-v0.2.0' },
};

describe('haos status', () => {
  it('is healthy once the configuration was applied', async () => {
    const root = await makeNode({ config: 'hostname: node-1\n', tree: NODE });
    await haosOk(['config', '--root', root]);

    const text = await haosOk(['status', '--root', root]);
    const json = await haosOk(['status', '--format', 'json', '--root', root]);

    expect(text.stdout).toMatch(/^HAOS v0\.2\.0 on .*, mode disk: healthy\n/);
    expect(text.stdout).toMatch(/^versions: +current +haos v0\.2\.0, kernel 6\.12-v0\.2\.0 {2}\(runs\)$/m);
    expect(text.stdout).toMatch(/^kubernetes: +k3s is not installed$/m);
    expect(JSON.parse(json.stdout)).toMatchObject({
      isHealthy: true,
      problems: [],
      version: 'v0.2.0',
      mode: 'disk',
      configuration: { state: 'done', issues: [] },
      kubernetes: { state: 'not-installed' },
    });
  });

  it('shows a misspelt key after errors', async () => {
    const config = 'hostnme: a\nhaos: {ntp_servers: [time.example], sysctls: 3}\n';
    const root = await makeNode({ config, tree: NODE });
    await haos(['config', '--root', root]);

    const { status, stdout } = await haos(['status', '--root', root]);

    expect(status).toBe(1);
    expect(stdout).toMatch(/mode disk: not healthy\n/);
    expect(stdout).toMatch(/^configuration: +1 error, 1 warning \(phases: runtime\)$/m);
    expect(stdout.indexOf('[wrong-type]')).toBeGreaterThan(0);
    expect(stdout.indexOf('[unknown-key]')).toBeGreaterThan(stdout.indexOf('[wrong-type]'));
    expect(stdout).toContain('config.yaml:1:1');
  });

  it('names the step at which a phase hangs', async () => {
    const root = await makeNode({ tree: NODE });
    const path = join(root, '/run/haos/journal/runtime.json');
    const journal = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...journal, state: 'running', current: 'run-cmd' }));

    const text = await haos(['status', '--root', root]);
    const json = await haos(['status', '--format', 'json', '--root', root]);

    expect(text.stdout).toMatch(/^configuration: +not finished \(at run-cmd\) \(phases: runtime\)$/m);
    expect(JSON.parse(json.stdout)).toMatchObject({
      configuration: { state: 'running', current: 'run-cmd' },
    });
  });

  it('is not healthy if no phase ran', async () => {
    const root = await makeNode({ bare: true, tree: NODE });

    expect(await haos(['status', '--root', root])).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^configuration: +not applied$/m),
    });
  });

  it('shows no secret of the configuration', async () => {
    const config = 'haos: {token: s3cr3t-t0ken, sysctls: [s3cr3t-t0ken]}\n';
    const root = await makeNode({ config, tree: NODE });
    await haos(['config', '--root', root]);

    for (const format of ['text', 'json']) {
      const { stdout, stderr } = await haos(['status', '--format', format, '--root', root]);
      expect(`${stdout}${stderr}`).not.toContain('s3cr3t');
    }
  });

  it.skipIf(!IS_ROOT)('is refused to other users than root on the running machine', async () => {
    expect(await haos(['status'], { uid: 65534 })).toMatchObject({
      status: 5,
      stderr: expect.stringContaining('Use sudo'),
    });
  });
});
