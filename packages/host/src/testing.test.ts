import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestHost, type TestHost, type TestHostOptions } from './testing.js';

const hosts: TestHost[] = [];
function create(options?: TestHostOptions): TestHost {
  const host = createTestHost(options);
  hosts.push(host);
  return host;
}
afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
});

const failure = (code: string) => expect.objectContaining({ code });

describe('the files of a test host', () => {
  it('are the given ones and the accounts, without operations', () => {
    const host = create({
      tree: {
        '/a': 'text',
        '/bytes': new Uint8Array([0xff]),
        '/dir/script': { content: '#!', mode: 0o755 },
        '/empty': { directory: true, mode: 0o700 },
        '/link': { link: 'a' },
        '/etc/group': '',
      },
    });

    const tree = host.tree();
    expect(tree).toMatchObject({
      '/a': { type: 'file', mode: 0o644, content: 'text' },
      '/bytes': { type: 'file', content: new Uint8Array([0xff]) },
      '/dir': { type: 'directory', mode: 0o755 },
      '/dir/script': { type: 'file', mode: 0o755, content: '#!' },
      '/empty': { type: 'directory', mode: 0o700 },
      '/link': { type: 'symlink', target: 'a' },
      '/etc/group': { content: '' },
      '/etc/passwd': { content: expect.stringContaining('rancher:x:1000:1000:') },
      '/etc/shadow': { mode: 0o640 },
    });
    expect(Object.keys(tree)).toEqual([...Object.keys(tree)].sort());
    expect(host.operations).toEqual([]);
  });

  it('have the given owners for any user who runs the test', () => {
    const host = create({ tree: { '/a': 'x' } });
    const rancher = { uid: 1000, gid: 1000 };

    expect(host.files.stat('/a')).toMatchObject({ uid: 0, gid: 0 });
    expect(host.files.write('/home/rancher/x', 'x', { owner: rancher })).toBe(true);
    expect(host.files.write('/home/rancher/x', 'x', { owner: rancher })).toBe(false);
    expect(host.files.stat('/home/rancher/x')).toMatchObject(rancher);
    expect(host.files.makeDirectory('/home/rancher', { owner: rancher })).toBe(true);
    host.files.remove('/home/rancher');
    host.files.write('/home/rancher/x', 'x');
    expect(host.files.stat('/home/rancher/x')).toMatchObject({ uid: 0, gid: 0 });
  });

  it('are deleted at the end', () => {
    const host = create();
    host.dispose();

    expect(existsSync(host.root)).toBe(false);
  });
});

describe('commands of a test host', () => {
  it('answer as scripted; the whole line takes precedence over the program', async () => {
    const lines: string[] = [];
    const host = create({
      commands: {
        'tool list': { stdout: 'a\nb\n' },
        tool: ({ args, options }) => ({ exitCode: 3, stdout: args.join(), stderr: String(options.input) }),
      },
    });

    const listed = await host.run('tool', ['list'], { onLine: (line) => lines.push(line), readOnly: true });
    const other = await host.run('tool', ['x', 'y'], { accept: [3], input: 'in' });

    expect(listed).toEqual({ exitCode: 0, stdout: 'a\nb', stderr: '', deferred: false });
    expect(lines).toEqual(['a', 'b']);
    expect(other).toMatchObject({ exitCode: 3, stdout: 'x,y', stderr: 'in' });
    expect(host.calls.map(({ args }) => args)).toEqual([['list'], ['x', 'y']]);
    expect(host.operations).toMatchObject([
      { kind: 'run', command: 'tool', args: ['x', 'y'], status: 'done' },
    ]);
  });

  it('fail as real ones do', async () => {
    const host = create({ commands: { tool: { exitCode: 1, stderr: 'why' } } });

    await expect(host.run('tool', [])).rejects.toMatchObject({
      code: 'HAOS_COMMAND_FAILED',
      details: { exitCode: 1, stderr: 'why' },
    });
  });

  it('are rejected if not scripted, and reported if not used', async () => {
    const host = create({ commands: { used: {}, 'never used': {} }, responses: { 'http://x/': '' } });

    await host.run('used', ['with', 'anything']);

    await expect(host.run('never', [])).rejects.toEqual(failure('HAOS_TEST_UNSCRIPTED'));
    await expect(host.run('toString', [])).rejects.toEqual(failure('HAOS_TEST_UNSCRIPTED'));
    await expect(host.fetch('http://y/')).rejects.toEqual(failure('HAOS_TEST_UNSCRIPTED'));
    expect(host.unused()).toEqual(['never used', 'http://x/']);
  });
});

describe('downloads of a test host', () => {
  it('answer as scripted, and are operations', async () => {
    const host = create({
      responses: {
        'http://x/text': 'body',
        'PUT http://x/token': ({ headers }) => ({ headers: { 'x-got': headers?.ttl ?? '' }, body: 'token' }),
      },
    });

    expect(Buffer.from((await host.fetch('http://x/text')).body).toString()).toBe('body');
    const token = await host.fetch('http://x/token', { method: 'PUT', headers: { ttl: '60' } });

    expect(token).toMatchObject({ status: 200, headers: { 'x-got': '60' } });
    expect(host.operations).toEqual([
      { kind: 'fetch', url: 'http://x/text', status: 'done' },
      { kind: 'fetch', url: 'http://x/token', status: 'done' },
    ]);
  });

  it('fail as real ones do', async () => {
    const host = create({
      responses: {
        'http://x/gone': { status: 404 },
        'http://x/long': '12345',
      },
    });

    await expect(host.fetch('http://x/gone')).rejects.toEqual(failure('HAOS_HTTP_STATUS'));
    await expect(host.fetch('http://x/long', { maxBytes: 4 })).rejects.toEqual(
      failure('HAOS_HTTP_TOO_LARGE'),
    );
    await expect(host.fetch('http://x/long', { sha256: '0'.repeat(64) })).rejects.toEqual(
      failure('HAOS_HTTP_CHECKSUM'),
    );
    expect(host.operations).toEqual([]);
  });
});

describe('the kernel of a test host', () => {
  it('has what the test gave it', async () => {
    const host = create({
      modules: ['br-netfilter'],
      missingModules: ['zfs'],
      sysctls: { 'vm.swappiness': '60' },
    });

    expect(host.kernel.hasModule('br_netfilter')).toBe(true);
    expect(await host.kernel.loadModule('nbd', [])).toBe(true);
    await expect(host.kernel.loadModule('zfs', [])).rejects.toEqual(failure('HAOS_KERNEL_MODULE'));
    expect(() => host.kernel.setSysctl('vm.other', '1')).toThrowError(failure('HAOS_KERNEL_SYSCTL'));
  });
});

describe('the kind of a test host', () => {
  it('determines what happens', async () => {
    const rooted = create({ kind: 'rooted' });
    const plan = create({ kind: 'plan', tree: { '/a': 'x' } });

    expect(await rooted.run('anything', [])).toMatchObject({ deferred: true });
    plan.files.remove('/a');

    expect([rooted.kind, plan.kind]).toEqual(['rooted', 'plan']);
    expect(plan.operations).toMatchObject([{ kind: 'remove', path: '/a', status: 'planned' }]);
    expect(plan.tree()).toHaveProperty(['/a']);
  });
});

describe('the clock of a test host', () => {
  it('moves only by waiting, and waiting takes no time', async () => {
    const { clock } = create();
    const start = clock.now();

    await clock.sleep(3_600_000);

    expect(clock.now() - start).toBe(3_600_000);
    expect(clock.sleeps).toEqual([3_600_000]);
    await expect(clock.sleep(1, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
