import { chmodSync, cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { haos, PROGRAM } from '../haos.js';
import { makeNode } from '../run-case.js';
import { changedPaths, giveTo, IS_ROOT, makeDirectory, takeSnapshot, writeTree } from '../tree.js';

const NOBODY = 65534;

/**
 * Copies the program so that every user can read it: the repository may be below a private
 * directory.
 */
function publicProgram(): string {
  const directory = makeDirectory();
  chmodSync(directory, 0o755);
  cpSync(dirname(PROGRAM), join(directory, 'bin'), {
    recursive: true,
    filter: (path) => !path.includes('node_modules') && !path.includes('/src'),
  });
  return join(directory, 'bin', 'haos.cjs');
}

/** Makes a node that a user owns and whose parent directories all users can enter. */
async function makeNodeOf(uid: number): Promise<string> {
  const root = await makeNode({ bare: true, config: 'hostname: a\n' });
  giveTo(root, uid);
  chmodSync(dirname(root), 0o755);
  return root;
}

describe.skipIf(!IS_ROOT)('a user who is not root (needs root to become one)', () => {
  const options = { uid: NOBODY, cwd: '/' };

  it.each([
    ['config'],
    ['config', '--boot'],
    ['config', '--dump-json'],
    ['config', 'plan'],
    ['config', 'explain'],
    ['config', 'status'],
    ['config', 'put', 'a'],
  ])('may not: haos %s %s %s', async (...args) => {
    const run = await haos(args, { ...options, program: publicProgram() });

    expect([run.status, run.stdout]).toEqual([5, '']);
    expect(run.stderr).toMatch(/^haos: .*root.*\n {2}Use sudo/);
  });

  it('may validate, and see the schema and the help', async () => {
    const program = publicProgram();

    expect(
      (await haos(['config', 'validate', '-'], { ...options, program, input: 'hostname: a\n' })).status,
    ).toBe(0);
    expect((await haos(['config', 'schema'], { ...options, program })).status).toBe(0);
    expect((await haos(['--help'], { ...options, program })).status).toBe(0);
  });

  it('may use a directory tree that the user owns', async () => {
    const root = await makeNodeOf(NOBODY);
    const program = publicProgram();

    const run = await haos(['config', '--boot', '--root', root], { ...options, program });

    expect([run.status, run.stderr]).toEqual([0, expect.stringContaining('0 failed')]);
    expect(takeSnapshot(root).get('/etc/hostname')).toMatch(new RegExp(` ${NOBODY}:`));
    expect((await haos(['config', 'plan', '--boot', '--root', root], { ...options, program })).status).toBe(
      0,
    );
  });

  it('gets the name of a file that the user cannot read', async () => {
    const root = await makeNodeOf(NOBODY);
    writeTree(root, { '/haos/system/config.yaml': { content: 'hostname: a\n', mode: 0o600, owner: [0, 0] } });
    const before = takeSnapshot(root);

    const run = await haos(['config', '--dump-json', '--root', root], {
      ...options,
      program: publicProgram(),
    });

    expect([run.status, run.stdout]).toEqual([3, '']);
    expect(run.stderr).toMatch(/\/haos\/system\/config\.yaml.*\[unreadable-source\]/);
    expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
  });

  it('gets the name of a file that the user cannot write, and nothing is left behind', async () => {
    const root = await makeNodeOf(0);
    const before = takeSnapshot(root);

    const run = await haos(['config', '--boot', '--root', root], { ...options, program: publicProgram() });

    // The configuration is readable by root only, so it could not be read either.
    expect(run.status).toBe(4);
    expect(run.stderr).toContain('permission denied');
    expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
  });

  it('gets an error for a file to validate that the user cannot read', async () => {
    const file = join(makeDirectory(), 'config.yaml');
    writeTree('/', { [file]: { content: 'hostname: a\n', mode: 0o600 } });

    const run = await haos(['config', 'validate', file], { ...options, program: publicProgram() });

    expect(run.status).toBe(3);
    expect(run.stdout).toContain('permission denied');
  });
});

describe('a path that is not a directory', () => {
  it.each(['--dump-json', '--boot', 'plan', 'explain', 'status'])('is refused for %s', async (command) => {
    const directory = makeDirectory();
    writeTree(directory, { '/file': 'mine' });

    for (const name of ['nowhere', 'file']) {
      const run = await haos(['config', command, '--root', join(directory, name)]);
      expect([run.status, run.stdout], name).toEqual([1, '']);
      expect(run.stderr).toMatch(/^haos: .*\n/);
    }
    expect([...takeSnapshot(directory).keys()]).toEqual(['/file']);
  });

  it('is not created by put', async () => {
    const directory = makeDirectory();

    const run = await haos(['config', 'put', 'a', '--root', join(directory, 'nowhere')], {
      input: 'haos: {}\n',
    });

    expect(run.status).toBe(1);
    expect([...takeSnapshot(directory).keys()]).toEqual([]);
  });
});

describe.skipIf(!IS_ROOT)('a machine that runs another system (needs root)', () => {
  it.each([
    ['config'],
    ['config', '--boot'],
    ['config', '--install'],
    ['config', 'put', 'a'],
    ['config', 'put', 'a', '--delete'],
    ['status'],
    ['config', 'plan'],
    ['config', 'explain'],
    ['config', 'status'],
    ['config', '--dump'],
    ['reset', '--yes'],
    ['upgrade', 'status'],
    ['upgrade', 'rollback'],
    ['upgrade', 'forget'],
    ['upgrade', 'confirm'],
  ])('is refused: haos %s %s %s', async (...args) => {
    const run = await haos(args, { input: 'hostname: a\n' });

    expect([run.status, run.stdout]).toEqual([5, '']);
    expect(run.stderr).toMatch(/does not run (HAOS|it)/);
  });

  it('can still be asked what a cloud would give it', async () => {
    const args = ['datasource', 'fetch', 'cdrom', '--dry-run', '--format', 'json'];

    expect(JSON.parse((await haos(args)).stdout)).toMatchObject({ sources: [{ name: 'cdrom' }] });
  });
});
