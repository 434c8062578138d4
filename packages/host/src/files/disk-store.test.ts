import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processOwner } from '../process/process-owner.js';
import { rootedHost } from '../rooted.js';
import type { Effect } from '../types.js';
import { createDiskStore } from './disk-store.js';
import { createFiles } from './files.js';

const isRoot = processOwner().uid === 0;

let root: string;
let recorded: Effect[];
const open = (keepsOwners = true) =>
  createFiles(createDiskStore(root, { keepsOwners, defaultOwner: processOwner() }), (effect) =>
    recorded.push(effect),
  );

beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'haos-disk-'));
  recorded = [];
});
afterEach(() => fs.rmSync(root, { recursive: true }));

describe('a directory of this machine', () => {
  it('is replaced file by file, not written into', () => {
    const files = open();
    files.write('/file', 'old');
    const reader = fs.openSync(join(root, 'file'), 'r');

    files.write('/file', 'new');

    expect(fs.readFileSync(reader, 'utf8')).toBe('old');
    expect(fs.readFileSync(join(root, 'file'), 'utf8')).toBe('new');
    fs.closeSync(reader);
  });

  it('reports why a copy failed, even if there is nothing to clean up', async () => {
    const files = open();
    files.write('/from', 'content');
    files.makeDirectory('/to');
    const onProgress = () => {
      fs.rmSync(join(root, 'to'), { recursive: true });
      throw new Error('interrupted');
    };

    await expect(files.copy('/from', '/to/file', { onProgress })).rejects.toThrow('interrupted');
  });

  it('is overwritten in place if requested and the size is the same', () => {
    const files = open();
    files.write('/file', 'old');
    const { ino } = fs.statSync(join(root, 'file'));

    expect(files.write('/file', 'new', { inPlace: true, mode: 0o600 })).toBe(true);
    expect(fs.statSync(join(root, 'file')).ino).toBe(ino);
    expect(fs.readFileSync(join(root, 'file'), 'utf8')).toBe('new');
    expect(files.stat('/file')).toMatchObject({ mode: 0o600 });

    files.write('/file', 'longer', { inPlace: true });
    expect(fs.statSync(join(root, 'file')).ino).not.toBe(ino);
    expect(fs.readFileSync(join(root, 'file'), 'utf8')).toBe('longer');
  });

  it('is written at once if requested: the file itself, although it has this content', () => {
    const files = open();
    expect(files.write('/variable', 'first', { atOnce: true })).toBe(true);
    const { ino, mode } = fs.statSync(join(root, 'variable'));
    expect(mode & 0o600).toBe(0o600);

    expect(files.write('/variable', 'first', { atOnce: true })).toBe(true);
    expect(files.write('/variable', 'next', { atOnce: true })).toBe(true);

    expect(fs.statSync(join(root, 'variable')).ino).toBe(ino);
    // A variable of the firmware is not shortened: the firmware replaces it.
    expect(fs.readFileSync(join(root, 'variable'), 'utf8')).toBe('nextt');
    expect(recorded.map(({ kind }) => kind)).toEqual(['write-file', 'write-file', 'write-file']);
  });

  it('contains no temporary file after a failure', () => {
    const store = createDiskStore(root, { keepsOwners: true, defaultOwner: processOwner() });
    fs.mkdirSync(join(root, 'directory/full'), { recursive: true });

    // A file cannot replace a directory; this fails only after the temporary file is complete.
    expect(() =>
      store.writeFile('/directory', Buffer.from('x'), { mode: 0o644, owner: undefined }),
    ).toThrow();
    expect(() => store.link('/directory', 'x')).toThrow();

    expect(fs.readdirSync(root)).toEqual(['directory']);
  });

  it('contains no temporary file if an owner cannot be set', () => {
    const files = open();

    expect(() => files.write('/file', 'x', { owner: { uid: -2, gid: -2 } })).toThrow();

    expect(fs.readdirSync(root)).toEqual([]);
    expect(recorded).toEqual([]);
  });

  it('may be created by another process at the same time', () => {
    const store = createDiskStore(root, { keepsOwners: true, defaultOwner: processOwner() });
    const makeDirectory: typeof store.makeDirectory = (path, attributes) => {
      fs.mkdirSync(join(root, path), { mode: 0o755 });
      return store.makeDirectory(path, attributes);
    };
    const files = createFiles({ ...store, makeDirectory }, (effect) => recorded.push(effect));

    files.write('/a/b/file', 'content');
    files.makeDirectory('/private', { mode: 0o700 });

    expect(fs.readFileSync(join(root, 'a/b/file'), 'utf8')).toBe('content');
    expect(files.stat('/private')).toMatchObject({ type: 'directory', mode: 0o700 });
    expect(recorded.map(({ kind }) => kind)).toEqual(['write-file', 'set-attributes']);
  });

  it('keeps set-user-ID and sticky bits', () => {
    const files = open();
    files.write('/sudo', 'x', { mode: 0o4755, owner: processOwner() });
    files.makeDirectory('/tmp', { mode: 0o1777 });

    expect(files.stat('/sudo')).toMatchObject({ mode: 0o4755 });
    expect(files.stat('/tmp')).toMatchObject({ mode: 0o1777 });
  });

  it('reads files of unknown size, such as those in /proc', () => {
    const files = createFiles(
      createDiskStore('/', { keepsOwners: true, defaultOwner: processOwner() }),
      () => {},
    );

    expect(files.stat('/proc/self/status')?.size).toBe(0);
    expect(files.readText('/proc/self/status')).toContain('Name:');
    expect(files.list('/')).toContain('proc');
  });

  it('never blocks on a file that is not regular', () => {
    fs.mkdirSync(join(root, 'etc'));
    const files = createFiles(
      createDiskStore('/', { keepsOwners: true, defaultOwner: processOwner() }),
      () => {},
    );

    expect(() => files.read('/dev/zero')).toThrowError(
      expect.objectContaining({ code: 'HAOS_FILE_NOT_REGULAR' }),
    );
    expect(() => files.write('/dev/null', 'x')).toThrowError(
      expect.objectContaining({ code: 'HAOS_FILE_NOT_REGULAR' }),
    );
  });

  it('reports a name that is too long', () => {
    expect(() => open().write(`/${'x'.repeat(300)}`, '')).toThrowError(
      expect.objectContaining({ code: 'HAOS_FILE_PATH' }),
    );
  });

  it('accepts the longest possible name', () => {
    expect(open().write(`/${'x'.repeat(255)}`, 'y')).toBe(true);
  });

  it('reports a read-only file system', () => {
    const files = createFiles(
      createDiskStore('/', { keepsOwners: true, defaultOwner: processOwner() }),
      () => {},
    );

    expect(() => files.write('/proc/haos', 'x')).toThrowError(
      expect.objectContaining({ code: expect.stringMatching(/^HAOS_FILE_/) }),
    );
  });

  it.skipIf(!isRoot)('sets owners, and keeps those of the files it replaces (needs root)', () => {
    const files = open();
    files.write('/file', 'x', { owner: { uid: 1000, gid: 27 } });
    files.write('/file', 'y');
    files.makeDirectory('/a/b', { owner: { uid: 1000, gid: 1000 } });

    expect(files.stat('/file')).toMatchObject({ uid: 1000, gid: 27 });
    expect(files.stat('/a/b')).toMatchObject({ uid: 1000, gid: 1000 });
    expect(files.stat('/a')).toMatchObject({ uid: 0, gid: 0 });
    expect(files.write('/file', 'y', { owner: { uid: 1000, gid: 27 } })).toBe(false);
    expect(files.setAttributes('/file', { owner: { uid: 0, gid: 0 } })).toBe(true);
    expect(files.makeDirectory('/a/b', { owner: { uid: 0, gid: 0 } })).toBe(true);
  });

  it('neither sets nor compares owners if it cannot', () => {
    const files = open(false);

    expect(files.keepsOwners).toBe(false);
    expect(files.write('/file', 'x', { owner: { uid: 4242, gid: 4242 } })).toBe(true);
    expect(files.write('/file', 'x', { owner: { uid: 4242, gid: 4242 } })).toBe(false);
    expect(files.stat('/file')).toMatchObject(processOwner());
    expect(recorded).toMatchObject([{ after: processOwner() }]);
  });

  it('is rejected if it does not exist or is not a directory', () => {
    fs.writeFileSync(join(root, 'file'), '');
    expect(() => rootedHost(join(root, 'file'))).toThrowError(
      expect.objectContaining({ code: 'HAOS_FILE_NOT_DIRECTORY' }),
    );
    expect(() => rootedHost(join(root, 'nowhere'))).toThrowError(
      expect.objectContaining({ code: 'HAOS_FILE_NOT_FOUND' }),
    );
  });
});
