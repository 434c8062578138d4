import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { readSources } from '../../../packages/cc/src/config.js';
import { haos, haosOk, ROOT } from '../haos.js';
import { expectAt, makeNode } from '../run-case.js';
import { changedPaths, makeDirectory, takeSnapshot, writeTree } from '../tree.js';

const SAMPLE = join(ROOT, 'tests/fixtures/seed/sample.yaml');
const PUT = '/var/lib/rancher/HAOS/config.d/50-name.yaml';

describe('haos config put', () => {
  it('writes a file for root only, and says that a second call changes nothing', async () => {
    const root = await makeNode({});

    const first = await haosOk(['config', 'put', '50-name.yaml', '--root', root], {
      input: 'hostname: put\n',
    });
    const second = await haosOk(['config', 'put', '50-name.yaml', '--root', root], {
      input: 'hostname: put\n',
    });

    expectAt(root, PUT, { content: 'hostname: put\n', mode: 0o600 });
    expect([first.stderr, second.stderr]).toEqual([
      'config.d/50-name.yaml written\n',
      'config.d/50-name.yaml unchanged\n',
    ]);
  });

  it('applies at once with --apply, and no longer applies a deleted file', async () => {
    const root = await makeNode({});
    const file = join(makeDirectory(), 'name.yaml');
    writeTree('/', { [file]: 'haos: {dns_nameservers: [9.9.9.9]}\n' });

    await haosOk(['config', 'put', '50-name.yaml', file, '--apply', '--root', root]);
    expectAt(root, '/etc/connman/main.conf', /9\.9\.9\.9/);
    await haosOk(['config', 'put', '50-name.yaml', '--delete', '--apply', '--root', root]);

    expectAt(root, PUT, null);
    expectAt(root, '/etc/connman/main.conf', /^(?![\s\S]*9\.9\.9\.9)/);
  });

  it('uses the config.d of the Go implementation if it exists', async () => {
    const root = await makeNode({ tree: { '/var/lib/1898andCo/HAOS/config.d/1': 'hostname: go\n' } });

    await haosOk(['config', 'put', '2', '--root', root], { input: 'haos: {}\n' });

    expectAt(root, '/var/lib/1898andCo/HAOS/config.d/2', { mode: 0o600 });
    expectAt(root, '/var/lib/rancher/HAOS/config.d', null);
  });

  it.each([
    ['broken YAML', 'hostname: [', 'invalid-yaml'],
    ['an unknown key', 'hostnme: a\n', 'unknown-key'],
    ['an invalid value', 'hostname: "a b"\n', 'invalid-hostname'],
  ])('refuses %s and writes nothing', async (_, input, code) => {
    const root = await makeNode({});
    const before = takeSnapshot(root);

    const run = await haos(['config', 'put', 'a', '--apply', '--root', root], { input });

    expect(run.status).toBe(3);
    expect(run.stderr).toContain(`[${code}]`);
    expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
  });

  it.each(['../config.yaml', '.hidden', 'a/b', '', ' ', '/etc/passwd', 'a\nb', '-'])(
    'refuses the name %j',
    async (name) => {
      const root = await makeNode({});
      const before = takeSnapshot(root);

      for (const options of [[], ['--delete']]) {
        const run = await haos(['config', 'put', ...options, '--root', root, '--', name], {
          input: 'haos: {}\n',
        });
        expect(run.status).toBe(2);
      }
      expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
    },
  );

  it('says if there was nothing to delete', async () => {
    const run = await haosOk(['config', 'put', 'a', '--delete', '--root', await makeNode({})]);

    expect(run.stderr).toContain('did not exist');
  });
});

describe('haos config put --try', () => {
  const NAMESERVERS = (...servers: string[]) => `haos: {dns_nameservers: [${servers.join(', ')}]}\n`;
  const MAIN_CONF = '/etc/connman/main.conf';
  const bootedAt = (uptime: number, boot = 'one') => ({
    '/proc/uptime': `${uptime}.00 1.00\n`,
    '/proc/sys/kernel/random/boot_id': `${boot}\n`,
  });

  async function tryFile(): Promise<string> {
    const root = await makeNode({ tree: bootedAt(100) });
    const put = (...args: string[]) => ['config', 'put', '50-name.yaml', '--apply', ...args, '--root', root];
    await haosOk(put(), { input: NAMESERVERS('1.1.1.1') });
    const { stderr } = await haosOk(put('--try', '1m'), { input: NAMESERVERS('9.9.9.9') });
    expect(stderr).toContain('config.d/50-name.yaml is on trial for 60 seconds\n');
    expectAt(root, MAIN_CONF, /9\.9\.9\.9/);
    return root;
  }

  it('restores and applies the previous file when the time is over', async () => {
    const root = await tryFile();
    const revert = ['config', 'revert', '--expired', '--root', root];

    expect(await haosOk(revert)).toMatchObject({ stdout: '', stderr: '' });
    expectAt(root, MAIN_CONF, /9\.9\.9\.9/);
    writeTree(root, bootedAt(160));
    expect((await haosOk(revert)).stderr).toBe('config.d/50-name.yaml reverted\n');

    expectAt(root, PUT, { content: NAMESERVERS('1.1.1.1'), mode: 0o600 });
    expectAt(root, MAIN_CONF, /^(?![\s\S]*9\.9\.9\.9)[\s\S]*1\.1\.1\.1/);
    const { stdout } = await haosOk(['config', 'status', '--root', root]);
    expect(stdout).toContain(
      'trial: config.d/50-name.yaml was reverted: it was not confirmed before its time',
    );
  });

  it('keeps the file once it is confirmed', async () => {
    const root = await tryFile();
    const status = await haosOk(['config', 'status', '--root', root, '--format', 'json']);
    expect(JSON.parse(status.stdout).trial).toMatchObject({ name: '50-name.yaml', state: 'pending' });
    expect(status.stdout).not.toContain('previous');

    await haosOk(['config', 'confirm', '--root', root]);
    writeTree(root, bootedAt(1000));
    await haosOk(['config', 'revert', '--expired', '--root', root]);

    expectAt(root, PUT, NAMESERVERS('9.9.9.9'));
    expect((await haos(['config', 'confirm', '--root', root])).status).toBe(5);
    expect((await haos(['config', 'revert', '--root', root])).status).toBe(5);
  });

  it('restores the file before the second boot applies anything', async () => {
    const root = await tryFile();

    writeTree(root, bootedAt(5, 'two'));
    await haosOk(['config', '--boot', '--root', root]);
    expectAt(root, MAIN_CONF, /9\.9\.9\.9/);
    writeTree(root, bootedAt(5, 'three'));
    await haosOk(['config', '--boot', '--root', root]);

    expectAt(root, MAIN_CONF, /1\.1\.1\.1/);
  });

  it('refuses other changes of the file until its trial is over', async () => {
    const root = await tryFile();
    const change = (...args: string[]) =>
      haos(['config', 'put', '50-name.yaml', '--root', root, ...args], { input: 'haos: {}\n' });

    for (const args of [[], ['--apply', '--try', '1m']])
      expect(await change(...args)).toMatchObject({ status: 5, stderr: expect.stringContaining('on trial') });
    expectAt(root, PUT, NAMESERVERS('9.9.9.9'));
    await haosOk(['config', 'revert', '--root', root]);
    expect((await change()).status).toBe(0);
  });

  it.each([
    [['--try', '1m'], /--try needs --apply/],
    [['--apply', '--try', '1d'], /is not a duration/],
    [['--apply', '--plan'], /cannot be used together/],
  ])('refuses %j', async (args, message) => {
    const run = await haos(['config', 'put', 'a', ...args], { input: '' });

    expect(run).toMatchObject({ status: 2, stderr: expect.stringMatching(message) });
  });
});

describe('haos config put --plan', () => {
  it('shows what a file would change, and what only a boot completes, and writes nothing', async () => {
    const root = await makeNode({ config: 'boot_cmd: [a]\n' });
    const before = takeSnapshot(root);
    const put = (input: string, ...args: string[]) =>
      haos(['config', 'put', '50-name.yaml', '--plan', '--root', root, ...args], { input });

    const text = await put('boot_cmd: [b]\nhaos: {dns_nameservers: [9.9.9.9]}\n');
    const json = await put('boot_cmd: [b]\n', '--format', 'json');

    expect(text.status).toBe(10);
    expect(text.stdout).toMatch(
      /\+FallbackNameservers=9\.9\.9\.9[\s\S]*only the next boot completes: boot_cmd\n$/,
    );
    expect(json.status).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({ hasChanges: false, needBoot: ['boot_cmd'] });
    expect((await put('hostname: "a b"\n')).status).toBe(3);
    expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
  });
});

describe('haos config status', () => {
  it('reports each phase of this boot', async () => {
    const root = await makeNode({
      bare: true,
      config: 'hostname: a\n',
      tree: { '/run/haos/mode': 'disk\n' },
    });
    expect((await haos(['config', 'status', '--root', root])).status).toBe(1);

    await haosOk(['config', '--initrd', '--root', root]);
    await haosOk(['config', '--boot', '--root', root]);
    const text = await haosOk(['config', 'status', '--root', root]);
    const json = await haosOk(['config', 'status', '--format', 'json', '--root', root]);

    expect(text.stdout).toMatch(/^mode: disk\nconfiguration: done\ninitrd: done; [\s\S]*\nboot: done; /);
    const { mode, phases } = JSON.parse(json.stdout);
    expect(mode).toBe('disk');
    expect(
      phases.map(({ phase, state, exitStatus }: Record<string, unknown>) => [phase, state, exitStatus]),
    ).toEqual([
      ['initrd', 'done', 0],
      ['boot', 'done', 0],
    ]);
  });

  it('reports an interrupted phase', async () => {
    const root = await makeNode({ phase: 'boot' });
    const journal = JSON.parse(readFileSync(join(root, '/run/haos/journal/boot.json'), 'utf8'));
    writeTree(root, {
      '/run/haos/journal/boot.json': JSON.stringify({
        ...journal,
        state: 'running',
        ended: undefined,
        current: 'boot-cmd',
      }),
    });

    const text = await haos(['config', 'status', '--root', root]);
    const json = await haos(['config', 'status', '--format', 'json', '--root', root]);

    expect([text.status, json.status]).toEqual([1, 1]);
    expect(text.stdout).toMatch(/^configuration: not finished \(at boot-cmd\)\nboot: not finished/m);
    expect(JSON.parse(json.stdout)).toMatchObject({
      phases: [{ phase: 'boot', state: 'running', current: 'boot-cmd' }],
    });
  });

  it.each(['', '{', 'null', '[]', '{"phase":"boot"}'])(
    'treats a damaged journal (%j) as missing',
    async (content) => {
      const root = await makeNode({ bare: true, tree: { '/run/haos/journal/boot.json': content } });

      expect((await haos(['config', 'status', '--root', root])).status).toBe(1);
    },
  );
});

describe('haos config explain', () => {
  const tree = {
    '/haos/system/config.yaml': 'hostname: lost\nhaos:\n  labels: {a: "1"}\n  token: secret-one\n',
    '/var/lib/rancher/HAOS/config.yaml': 'hostname: won\nhaos:\n  labels: {b: "2"}\n  token: secret-two\n',
  };

  it('shows the place of a value, and what it overrides', async () => {
    const root = await makeNode({ bare: true, tree });

    const { stdout } = await haosOk(['config', 'explain', 'hostname', '--root', root]);

    expect(stdout).toContain('hostname: "won"');
    expect(stdout).toContain('from /var/lib/rancher/HAOS/config.yaml:1:11 (local)');
    expect(stdout).toContain('overrides "lost" from /haos/system/config.yaml:1:11 (system)');
  });

  it('knows every key, in any accepted spelling, and hides secrets', async () => {
    const root = await makeNode({ bare: true, tree });

    const { stdout } = await haosOk(['config', 'explain', '--format', 'json', 'haos', '--root', root]);
    const { explanations } = JSON.parse(stdout) as { explanations: { key: string; value: unknown }[] };

    expect(explanations.map(({ key, value }) => [key, value])).toEqual([
      ['haos.labels[b]', '2'],
      ['haos.token', '***'],
    ]);
    expect(stdout).not.toContain('secret-');
    expect((await haosOk(['config', 'explain', 'HAOS.label.b', '--root', root])).stdout).toContain('"2"');
  });

  it('suggests a key for an unknown one', async () => {
    const run = await haos([
      'config',
      'explain',
      'haos.tokn',
      '--root',
      await makeNode({ bare: true, tree }),
    ]);

    expect(run.status).toBe(2);
    expect(run.stderr).toContain('Did you mean haos.token?');
  });

  it('explains the valid parts of a configuration with errors', async () => {
    const root = await makeNode({ bare: true, config: 'hostname: a\nhaos: {token: [b]}\n' });

    const run = await haos(['config', 'explain', '--root', root]);

    expect(run.status).toBe(3);
    expect(run.stdout).toContain('hostname: "a"');
    expect(run.stderr).toContain('[wrong-type]');
  });
});

describe('haos config schema', () => {
  it('prints a schema that accepts the sample as written', async () => {
    const { stdout } = await haosOk(['config', 'schema']);
    const validate = new Ajv({ strict: false }).compile(JSON.parse(stdout));
    // An editor sees the names in the file and the types of YAML.
    const { load } = await import('js-yaml');
    const sample = load(readFileSync(SAMPLE, 'utf8'));

    expect(validate(sample), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ hostnme: 'a' })).toBe(false);
    expect(validate({ haos: { token: ['a'] } })).toBe(false);
    expect(readSources([{ content: readFileSync(SAMPLE) }]).issues).toEqual([]);
  });

  it('is the published file', async () => {
    const { stdout } = await haosOk(['config', 'schema']);

    expect(stdout).toBe(readFileSync(join(ROOT, 'packages/cc/cloud-config.schema.json'), 'utf8'));
  });
});

describe('haos config validate', () => {
  const BROKEN = 'hostname: a\nhaos:\n  tokn: x\n  labels: [b]\n';

  function directory(): string {
    const path = makeDirectory();
    writeTree(path, {
      '/good.yaml': 'hostname: a\n',
      '/broken.yaml': BROKEN,
      '/nested/deep/also.yaml': 'hostname: "a b"\n',
      '/name with blanks, and: signs.yaml': 'hostname: "a b"\n',
    });
    return path;
  }

  it('shows the line with the error underlined', async () => {
    const run = await haos(['config', 'validate', 'broken.yaml'], { cwd: directory() });

    expect(run.status).toBe(3);
    expect(run.stdout).toContain('broken.yaml:3:3: error: unknown key');
    expect(run.stdout).toMatch(/^ {2}4 \| {3}labels: \[b\]\n {4}\| {3}\^{6}$/m);
    expect(run.stdout).toContain('Did you mean token?');
    expect(run.stdout).toContain('1 file, 2 errors');
  });

  it('checks many files, patterns that no shell expanded, and standard input', async () => {
    const cwd = directory();

    const run = await haos(['config', 'validate', 'good.yaml', '*/**/*.yaml', '-'], { cwd, input: 'a: b\n' });

    expect(run.status).toBe(3);
    expect(run.stdout).toContain('nested/deep/also.yaml:1:11: error');
    expect(run.stdout).toContain('<stdin>:1:1: error');
    expect(run.stdout).toContain('3 files, 2 errors');
  });

  it('prints JSON', async () => {
    const run = await haos(['config', 'validate', '--format', 'json', 'broken.yaml'], { cwd: directory() });

    const { files, errors, issues } = JSON.parse(run.stdout);
    expect([run.status, files, errors]).toEqual([3, 1, 2]);
    expect(issues).toContainEqual(
      expect.objectContaining({
        code: 'wrong-type',
        pointer: '/haos/labels',
        key: 'haos.labels',
        origin: expect.objectContaining({ file: 'broken.yaml', line: 4, column: 3 }),
      }),
    );
  });

  it('prints SARIF', async () => {
    const cwd = directory();
    const name = 'name with blanks, and: signs.yaml';
    const run = await haos(['config', 'validate', '--format', 'sarif', 'broken.yaml', name], { cwd });

    const { version, runs } = JSON.parse(run.stdout);
    const [{ tool, results }] = runs;
    expect([run.status, version, tool.driver.name]).toEqual([3, '2.1.0', 'haos']);
    const places = results.map(
      (result: { locations: { physicalLocation: object }[] }) => result.locations[0]?.physicalLocation,
    );
    expect(places).toContainEqual({
      artifactLocation: { uri: 'broken.yaml' },
      region: expect.objectContaining({ startLine: 4, startColumn: 3 }),
    });
    expect(places.at(-1).artifactLocation.uri).toBe('name%20with%20blanks%2C%20and%3A%20signs.yaml');
    const rules = tool.driver.rules.map(({ id }: { id: string }) => id);
    for (const { ruleId } of results) expect(rules).toContain(ruleId);
  });

  it('prints annotations for GitHub', async () => {
    const cwd = directory();
    const name = 'name with blanks, and: signs.yaml';
    const run = await haos(['config', 'validate', '--format', 'github', 'broken.yaml', name], { cwd });

    expect(run.status).toBe(3);
    expect(run.stdout).toMatch(/^::error file=broken\.yaml,line=4,col=3,endColumn=\d+,title=wrong-type::/m);
    expect(run.stdout).toMatch(/^::error file=name with blanks%2C and%3A signs\.yaml,line=1,/m);
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  it.each(['json', 'sarif', 'github', 'text'])('accepts good files in format %s', async (format) => {
    const run = await haosOk(['config', 'validate', '--format', format, 'good.yaml'], { cwd: directory() });

    expect(run.stderr).toBe('');
  });

  it.each([
    ['a file that does not exist', 'nowhere.yaml'],
    ['a pattern that matches nothing', '*.toml'],
  ])('reports %s and checks the others', async (_, name) => {
    const run = await haos(['config', 'validate', name, 'broken.yaml'], { cwd: directory() });

    expect(run.status).toBe(3);
    expect(run.stdout).toContain('[unreadable-source]');
    expect(run.stdout).toContain('2 files, 3 errors');
  });

  it('merges all files into one configuration with --merge', async () => {
    const cwd = makeDirectory();
    writeTree(cwd, { '/1.yaml': 'haos: {token: [a]}\n', '/2.yaml': 'haos: {token: b}\n' });

    expect((await haos(['config', 'validate', '1.yaml', '2.yaml'], { cwd })).status).toBe(3);
    expect((await haos(['config', 'validate', '--merge', '1.yaml', '2.yaml'], { cwd })).status).toBe(0);
    expect((await haos(['config', 'validate', '--merge', '2.yaml', '1.yaml'], { cwd })).status).toBe(3);
  });

  it.each([
    ['cmdline', 'quiet haos.token=a haos.labels=b', 'wrong-type'],
    ['userdata', 'Content-Type: multipart/mixed\n', 'unsupported-user-data'],
  ])('reads a file as %s', async (kind, input, code) => {
    const run = await haos(['config', 'validate', '--as', kind, '-'], { input });

    expect(run.status).toBe(3);
    expect(run.stdout).toContain(`[${code}]`);
  });

  it('treats warnings as errors with --strict', async () => {
    const input = 'write_files: [{path: /a, permissions: 0755}]\n';

    expect((await haos(['config', 'validate', '-'], { input })).status).toBe(0);
    expect((await haos(['config', 'validate', '--strict', '-'], { input })).status).toBe(3);
  });
});

describe('unknown keys', () => {
  it('are a warning at boot and for the dump, and an error with --strict', async () => {
    const root = await makeNode({ bare: true, config: 'hostname: a\nhostnme: b\n' });

    const dump = await haosOk(['config', '--dump-json', '--root', root]);
    expect(dump.stderr).toContain('warning: ');
    expect(JSON.parse(dump.stdout).hostname).toBe('a');
    for (const args of [['--dump-json'], ['--dump'], ['plan']])
      expect((await haos(['config', ...args, '--strict', '--root', root])).status, args[0]).toBe(3);
    expect((await haos(['config', '--boot', '--root', root])).status).toBe(0);
  });
});
