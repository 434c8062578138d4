import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiskStore } from './files/disk-store.js';
import { createFiles } from './files/files.js';
import { planHost } from './plan.js';
import { processOwner } from './process/process-owner.js';
import { rootedHost } from './rooted.js';
import { createTestHost } from './testing.js';
import type { Effect, HostFiles, Operation } from './types.js';

interface Subject {
  files: HostFiles;
  operations: readonly (Operation | Effect)[];
}

/** All kinds of files, over the same directory. */
const SUBJECTS: Readonly<Record<string, (root: string) => Subject>> = {
  'a directory as a live host has it': (root) => {
    const operations: Effect[] = [];
    const store = createDiskStore(root, { keepsOwners: true, defaultOwner: processOwner() });
    return { files: createFiles(store, (effect) => operations.push(effect)), operations };
  },
  'a rooted host': (root) => rootedHost(root),
  'a plan over a rooted host': (root) => planHost(rootedHost(root)),
  'a plan over a plan': (root) => planHost(planHost(rootedHost(root))),
};

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'haos-contract-'));
  fs.mkdirSync(join(root, 'etc'));
  fs.writeFileSync(join(root, 'etc/motd'), 'welcome\n', { mode: 0o644 });
  fs.mkdirSync(join(root, 'usr/bin'), { recursive: true });
  fs.symlinkSync('usr/bin', join(root, 'bin'));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

/**
 * Returns operations without the parts that differ between hosts: the status, and owners, which
 * depend on the user who runs the test.
 */
function effects({ operations }: Subject): unknown[] {
  const varying = ['status', 'owner', 'uid', 'gid'];
  return JSON.parse(JSON.stringify(operations, (key, value) => (varying.includes(key) ? undefined : value)));
}

const content = (text: string) =>
  Object.fromEntries([...Buffer.from(text)].map((byte, index) => [index, byte]));

describe.each(Object.entries(SUBJECTS))('files of %s', (_name, create) => {
  let subject: Subject;
  let files: HostFiles;
  beforeEach(() => {
    subject = create(root);
    files = subject.files;
  });

  describe('reading', () => {
    it('returns bytes, text, status and names', () => {
      expect(files.read('/etc/motd')).toEqual(new Uint8Array(Buffer.from('welcome\n')));
      expect(files.readText('/etc/motd')).toBe('welcome\n');
      expect(files.stat('/etc/motd')).toMatchObject({ type: 'file', mode: 0o644, size: 8 });
      expect(files.stat('/bin')).toMatchObject({ type: 'directory' });
      expect(files.lstat('/bin')).toMatchObject({ type: 'symlink' });
      expect(files.readLink('/bin')).toBe('usr/bin');
      expect(files.list('/')).toEqual(['bin', 'etc', 'usr']);
      expect(subject.operations).toEqual([]);
    });

    it('reports missing files', () => {
      expect(files.stat('/nowhere/at/all')).toBeUndefined();
      expect(files.stat('/etc/motd/below')).toBeUndefined();
      expect(files.readTextIfExists('/nowhere')).toBeUndefined();
      expect(() => files.read('/nowhere')).toThrowError(
        expect.objectContaining({ code: 'HAOS_FILE_NOT_FOUND' }),
      );
      expect(() => files.list('/nowhere')).toThrowError(
        expect.objectContaining({ code: 'HAOS_FILE_NOT_FOUND' }),
      );
      expect(() => files.readLink('/nowhere')).toThrowError(
        expect.objectContaining({ code: 'HAOS_FILE_NOT_FOUND' }),
      );
    });

    it('rejects other file types', () => {
      expect(() => files.read('/etc')).toThrowError(
        expect.objectContaining({ code: 'HAOS_FILE_NOT_REGULAR' }),
      );
      expect(() => files.readTextIfExists('/etc')).toThrowError(
        expect.objectContaining({ code: 'HAOS_FILE_NOT_REGULAR' }),
      );
      expect(() => files.list('/etc/motd')).toThrowError(
        expect.objectContaining({ code: 'HAOS_FILE_NOT_DIRECTORY' }),
      );
      expect(() => files.readLink('/etc/motd')).toThrowError(
        expect.objectContaining({ code: 'HAOS_FILE_NOT_REGULAR' }),
      );
    });

    it('stops at the limit', () => {
      expect(files.readText('/etc/motd', { maxBytes: 8 })).toBe('welcome\n');
      expect(() => files.read('/etc/motd', { maxBytes: 7 })).toThrowError(
        expect.objectContaining({ code: 'HAOS_FILE_TOO_LARGE' }),
      );
    });

    it('lists names in byte order', () => {
      for (const name of ['b', 'B', '10', '2', 'ä', '\u{1F600}', '\uFF5E'])
        files.write(`/etc/order/${name}`, '');

      expect(files.list('/etc/order')).toEqual(['10', '2', 'B', 'b', 'ä', '\uFF5E', '\u{1F600}']);
    });

    it.each(['etc/motd', '', './x', '/etc/a\0b'])('refuses the path %j', (path) => {
      expect(() => files.stat(path)).toThrowError(expect.objectContaining({ code: 'HAOS_FILE_PATH' }));
      expect(() => files.write(path, '')).toThrowError(expect.objectContaining({ code: 'HAOS_FILE_PATH' }));
    });
  });

  describe('writing', () => {
    it('creates a file and its directories', () => {
      expect(files.write('/srv/a/b', 'hello', { mode: 0o755, directoryMode: 0o711 })).toBe(true);

      expect(files.readText('/srv/a/b')).toBe('hello');
      expect(files.stat('/srv/a/b')).toMatchObject({ mode: 0o755, size: 5 });
      expect(files.stat('/srv')).toMatchObject({ type: 'directory', mode: 0o711 });
      expect(effects(subject)).toEqual([
        { kind: 'make-directory', path: '/srv', mode: 0o711 },
        { kind: 'make-directory', path: '/srv/a', mode: 0o711 },
        {
          kind: 'write-file',
          path: '/srv/a/b',
          after: { mode: 0o755, size: 5, content: content('hello') },
          secret: false,
        },
      ]);
    });

    it('changes nothing if the file is already as requested', () => {
      expect(files.write('/etc/motd', 'welcome\n')).toBe(false);
      expect(files.write('/etc/motd', Buffer.from('welcome\n'), { mode: 0o644 })).toBe(false);
      expect(files.makeDirectory('/etc')).toBe(false);
      expect(files.makeDirectory('/bin')).toBe(false);
      expect(files.link('/bin', 'usr/bin')).toBe(false);
      expect(files.remove('/nowhere')).toBe(false);
      expect(files.remove('/etc/motd/below')).toBe(false);
      expect(files.setAttributes('/etc/motd', { mode: 0o644 })).toBe(false);
      expect(subject.operations).toEqual([]);
    });

    it('keeps the mode of the file it replaces, and records both contents', () => {
      files.setAttributes('/etc/motd', { mode: 0o664 });

      expect(files.write('/etc/motd', 'bye')).toBe(true);

      expect(files.stat('/etc/motd')).toMatchObject({ mode: 0o664 });
      expect(effects(subject).at(-1)).toEqual({
        kind: 'write-file',
        path: '/etc/motd',
        before: { mode: 0o664, size: 8, content: content('welcome\n') },
        after: { mode: 0o664, size: 3, content: content('bye') },
        secret: false,
      });
    });

    it('changes only the mode if the content is the same', () => {
      expect(files.write('/etc/motd', 'welcome\n', { mode: 0o600 })).toBe(true);

      expect(files.stat('/etc/motd')).toMatchObject({ mode: 0o600 });
      expect(files.readText('/etc/motd')).toBe('welcome\n');
      expect(effects(subject)).toEqual([{ kind: 'set-attributes', path: '/etc/motd', mode: 0o600 }]);
    });

    it('gives a new file 0644 whatever the umask', () => {
      const before = process.umask(0o077);
      try {
        files.write('/etc/new', 'x');
        files.makeDirectory('/etc/new.d', { mode: 0o775 });
      } finally {
        process.umask(before);
      }

      expect(files.stat('/etc/new')).toMatchObject({ mode: 0o644 });
      expect(files.stat('/etc/new.d')).toMatchObject({ mode: 0o775 });
    });

    it.each([
      ['requested', () => files.write('/etc/motd', 'sentinel', { secret: true })],
      ['others can no longer read it', () => files.write('/etc/motd', 'sentinel', { mode: 0o600 })],
      [
        'others could not read the file',
        () => {
          files.setAttributes('/etc/motd', { mode: 0o600 });
          files.write('/etc/motd', 'sentinel', { mode: 0o644 });
        },
      ],
    ])('keeps contents out of operations if %s', (_when, act) => {
      act();

      expect(effects(subject).at(-1)).toEqual({
        kind: 'write-file',
        path: '/etc/motd',
        before: { mode: expect.any(Number), size: 8 },
        after: { mode: expect.any(Number), size: 8 },
        secret: true,
      });
    });

    it('keeps large contents out of operations', () => {
      files.write('/etc/large', new Uint8Array(1024 * 1024 + 1));
      files.write('/etc/large', 'small');

      expect(effects(subject)).toMatchObject([
        { after: { size: 1024 * 1024 + 1 }, secret: false },
        { before: { size: 1024 * 1024 + 1 }, after: { content: content('small') }, secret: false },
      ]);
      expect(effects(subject)[0]).not.toHaveProperty('after.content');
      expect(effects(subject)[1]).not.toHaveProperty('before.content');
    });

    it('does not share bytes with its caller', () => {
      const bytes = Buffer.from('abc');
      files.write('/etc/bytes', bytes);
      bytes.fill(0);

      expect(files.readText('/etc/bytes')).toBe('abc');
      expect(effects(subject)).toMatchObject([{ after: { content: content('abc') } }]);
    });

    it('never replaces a directory or a device', () => {
      for (const path of ['/etc', '/etc/', '/', '/etc/.', '/etc/..']) {
        expect(() => files.write(path, 'x')).toThrowError(
          expect.objectContaining({ code: expect.stringMatching(/^HAOS_FILE_(NOT_REGULAR|PATH)$/) }),
        );
        expect(() => files.link(path, 'x')).toThrowError(
          expect.objectContaining({ code: expect.stringMatching(/^HAOS_FILE_(NOT_REGULAR|PATH)$/) }),
        );
      }
      expect(() => files.makeDirectory('/etc/motd')).toThrowError(
        expect.objectContaining({ code: 'HAOS_FILE_NOT_DIRECTORY' }),
      );
      expect(() => files.write('/etc/motd/below', 'x')).toThrowError(
        expect.objectContaining({ code: 'HAOS_FILE_NOT_DIRECTORY' }),
      );
      expect(subject.operations).toEqual([]);
    });

    it('sets attributes only of existing files', () => {
      expect(() => files.setAttributes('/nowhere', { mode: 0o600 })).toThrowError(
        expect.objectContaining({ code: 'HAOS_FILE_NOT_FOUND' }),
      );
      expect(files.setAttributes('/etc', { mode: 0o700 })).toBe(true);
      expect(files.list('/etc')).toEqual(['motd']);
      expect(files.stat('/etc')).toMatchObject({ mode: 0o700 });
    });
  });

  describe('links and removing', () => {
    it('creates and replaces links', () => {
      expect(files.link('/haos/current', '1.0')).toBe(true);
      expect(files.link('/haos/current', '2.0')).toBe(true);
      expect(files.link('/etc/motd', '/haos/current')).toBe(true);

      expect(files.readLink('/haos/current')).toBe('2.0');
      expect(files.lstat('/etc/motd')).toMatchObject({ type: 'symlink' });
      expect(effects(subject)).toEqual([
        { kind: 'make-directory', path: '/haos', mode: 0o755 },
        { kind: 'link', path: '/haos/current', target: '1.0' },
        { kind: 'link', path: '/haos/current', target: '2.0', before: '1.0' },
        { kind: 'link', path: '/etc/motd', target: '/haos/current' },
      ]);
    });

    it('replaces a link with a file instead of writing through it', () => {
      files.link('/etc/issue', 'motd');

      expect(files.write('/etc/issue', 'issue')).toBe(true);

      expect(files.lstat('/etc/issue')).toMatchObject({ type: 'file', mode: 0o644 });
      expect(files.readText('/etc/motd')).toBe('welcome\n');
    });

    it('removes a whole directory, and creates it again empty', () => {
      files.write('/etc/deep/er/file', 'x');

      expect(files.remove('/etc')).toBe(true);
      expect(files.stat('/etc/motd')).toBeUndefined();
      expect(files.list('/')).toEqual(['bin', 'usr']);
      expect(files.write('/etc/hosts', 'h')).toBe(true);

      expect(files.list('/etc')).toEqual(['hosts']);
      expect(files.stat('/etc/deep/er/file')).toBeUndefined();
      expect(effects(subject).slice(-3)).toMatchObject([
        { kind: 'remove', path: '/etc', secret: false },
        { kind: 'make-directory', path: '/etc' },
        { kind: 'write-file', path: '/etc/hosts' },
      ]);
    });

    it('removes a link, not its target', () => {
      expect(files.remove('/bin')).toBe(true);

      expect(files.lstat('/bin')).toBeUndefined();
      expect(files.stat('/usr/bin')).toMatchObject({ type: 'directory' });
    });

    it('records that a removed file was secret', () => {
      files.write('/etc/key', 'k', { mode: 0o600 });
      files.remove('/etc/key');

      expect(effects(subject).at(-1)).toEqual({ kind: 'remove', path: '/etc/key', secret: true });
    });

    it.each(['/', '/..', '/etc/..', '/bin/../..'])('never removes the root as %s', (path) => {
      expect(() => files.remove(path)).toThrowError(expect.objectContaining({ code: 'HAOS_FILE_PATH' }));
    });

    it('reports real paths if a directory is a link', () => {
      expect(files.write('/bin/tool', '#!', { mode: 0o755 })).toBe(true);
      expect(files.write('/usr/bin/tool', '#!', { mode: 0o755 })).toBe(false);

      expect(effects(subject)).toMatchObject([{ path: '/usr/bin/tool' }]);
    });
  });

  describe('hostile links', () => {
    let outside: string;
    beforeEach(() => {
      outside = fs.mkdtempSync(join(tmpdir(), 'haos-outside-'));
      fs.writeFileSync(join(outside, 'secret'), 'outside');
      fs.symlinkSync(outside, join(root, 'absolute'));
      fs.symlinkSync('../../../../../../../../../../..', join(root, 'etc/up'));
      fs.symlinkSync(join('../../../../../../..', outside), join(root, 'etc/relative'));
      fs.symlinkSync('loop-b', join(root, 'loop-a'));
      fs.symlinkSync('loop-a', join(root, 'loop-b'));
      fs.symlinkSync('/does/not/exist', join(root, 'dangling'));
      fs.symlinkSync('self/x', join(root, 'self'));
    });
    afterEach(() => fs.rmSync(outside, { recursive: true }));

    it.each(['/absolute/secret', '/etc/relative/secret', '/../../secret'])(
      'reads nothing outside the root through %s',
      (path) => {
        expect(files.stat(path)).toBeUndefined();
        expect(() => files.read(path)).toThrowError(expect.objectContaining({ code: 'HAOS_FILE_NOT_FOUND' }));
      },
    );

    it.each(['/absolute/new', '/etc/relative/new'])('writes below the root through %s', (path) => {
      expect(files.write(path, 'inside')).toBe(true);

      expect(files.readText(join(outside, 'new'))).toBe('inside');
      expect(fs.readdirSync(outside)).toEqual(['secret']);
    });

    it('does not go above the root', () => {
      expect(files.readText('/etc/up/etc/motd')).toBe('welcome\n');
      expect(files.readText('/../../etc/motd')).toBe('welcome\n');
      expect(files.readText('/bin/../../etc/motd')).toBe('welcome\n');
    });

    it.each(['/loop-a', '/loop-b/x', '/self'])('gives up on the loop %s', (path) => {
      const loop = expect.objectContaining({ code: 'HAOS_FILE_LINK_LOOP' });

      expect(() => files.stat(path)).toThrowError(loop);
      expect(() => files.readTextIfExists(path)).toThrowError(loop);
      expect(() => files.write(`${path}/file`, '')).toThrowError(loop);
    });

    it('treats a dangling link as missing, and can replace and remove it', () => {
      expect(files.readTextIfExists('/dangling')).toBeUndefined();
      expect(files.stat('/dangling')).toBeUndefined();
      expect(files.lstat('/dangling')).toMatchObject({ type: 'symlink' });
      expect(files.write('/dangling', 'x')).toBe(true);
      expect(files.remove('/loop-a')).toBe(true);
      expect(files.stat('/does')).toBeUndefined();
    });

    it('creates the directories that a dangling link needs', () => {
      expect(files.write('/dangling/file', 'x')).toBe(true);

      expect(files.readText('/does/not/exist/file')).toBe('x');
    });

    it('removes nothing outside the root', () => {
      expect(files.remove('/absolute/secret')).toBe(false);
      expect(files.remove('/absolute')).toBe(true);
      expect(files.remove('/etc')).toBe(true);
      expect(fs.readdirSync(outside)).toEqual(['secret']);
    });
  });
});

describe('a plan', () => {
  it('does not change the tree', () => {
    const test = createTestHost({ tree: { '/etc/a': 'a', '/etc/link': { link: 'a' } } });
    const before = test.tree();
    const { files } = planHost(test);

    files.write('/etc/a', 'changed');
    files.write('/new/file', 'x');
    files.link('/etc/link', 'b');
    files.setAttributes('/etc', { mode: 0o700 });
    files.remove('/etc/passwd');

    expect(test.tree()).toEqual(before);
    expect(test.operations).toEqual([]);
    test.dispose();
  });
});
