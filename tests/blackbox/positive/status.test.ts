import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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

  it.each([
    ['misspelt', 'haos:\n  server_ulr: "https://10.1.0.10:6443"\n  token: tok\n', 'haos.server_ulr'],
    ['of k3OS', 'k3os:\n  server_url: "https://10.1.0.10:6443"\n', 'k3os.server_url'],
  ])('says that k3s waits where the key of its server is %s', async (_, config, key) => {
    const tree = { ...NODE, '/usr/sbin/k3s': { content: '', mode: 0o755 } };
    const root = await makeNode({ config, tree, bare: true });
    await haos(['config', '--boot', '--root', root]);

    const plan = await haos(['config', 'plan', '--root', root]);
    const run = await haos(['config', '--root', root]);
    const { status, stdout } = await haos(['status', '--root', root]);
    const phases = await haos(['config', 'status', '--root', root]);

    expect([plan.status, plan.stdout]).toEqual([3, '']);
    expect(plan.stderr).toContain(`error: unknown key ${key} [unknown-key]`);
    expect(run.status).toBe(4);
    expect(existsSync(join(root, '/etc/init.d/k3s-service'))).toBe(false);
    expect(status).toBe(1);
    expect(stdout).toContain(`config.yaml:2:3: error: unknown key ${key} [unknown-key]`);
    expect(stdout).toContain(`k3s waits: unknown key ${key} (/haos/system/config.yaml:2)\n`);
    expect(phases.stdout).toContain(`error: unknown key ${key} [unknown-key]`);
    expect(phases.stdout).toContain(`k3s is not started: unknown key ${key}`);
    expect(readFileSync(join(root, '/run/haos/configuration'), 'utf8')).toMatch(
      `  error: unknown key ${key} (/haos/system/config.yaml:2). Did you mean `,
    );
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

  it.skipIf(!IS_ROOT)(
    'is refused to other users than root on the running machine (needs root to become one)',
    async () => {
      expect(await haos(['status'], { uid: 65534 })).toMatchObject({
        status: 5,
        stderr: expect.stringContaining('Use sudo'),
      });
    },
  );
});
