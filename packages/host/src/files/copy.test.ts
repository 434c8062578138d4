import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planHost } from '../plan.js';
import { rootedHost } from '../rooted.js';
import type { Host } from '../types.js';

const SUBJECTS: Readonly<Record<string, (root: string) => Host>> = {
  'a rooted host': (root) => rootedHost(root),
  'a plan over a rooted host': (root) => planHost(rootedHost(root)),
  'a plan over a plan': (root) => planHost(planHost(rootedHost(root))),
};
/** More than one chunk. */
const LARGE = Buffer.alloc(2_500_000, 'content ');
const DIGEST = createHash('sha256').update(LARGE).digest('hex');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haos-copy-'));
  mkdirSync(join(root, 'images/old'), { recursive: true });
  writeFileSync(join(root, 'images/root'), LARGE, { mode: 0o640 });
  symlinkSync('root', join(root, 'images/link'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe.each(Object.entries(SUBJECTS))('%s', (_name, create) => {
  let host: Host;
  beforeEach(() => {
    host = create(root);
  });

  it('reads the beginning and the digest of a large file', async () => {
    expect(Buffer.from(host.files.head('/images/link', 7)).toString()).toBe('content');
    expect(await host.files.digest('/images/root')).toBe(DIGEST);
    expect(host.files.freeSpace('/images')).toBeGreaterThan(0);
    await expect(host.files.digest('/images')).rejects.toMatchObject({ code: 'HAOS_FILE_NOT_REGULAR' });
    expect(() => host.files.head('/none', 1)).toThrowError(
      expect.objectContaining({ code: 'HAOS_FILE_NOT_FOUND' }),
    );
  });

  it('reads from the middle of a large file, but not beyond its end', () => {
    const at = (offset: number, length: number) =>
      Buffer.from(host.files.readAt('/images/link', { offset, length }));

    expect(at(3, 4).toString()).toBe('tent');
    expect(at(100_001, 200_000).equals(LARGE.subarray(100_001, 300_001))).toBe(true);
    expect(at(LARGE.length - 2, 100)).toHaveLength(2);
    expect(at(LARGE.length + 2, 100)).toHaveLength(0);
    expect(() => host.files.readAt('/images', { offset: 0, length: 1 })).toThrowError(
      expect.objectContaining({ code: 'HAOS_FILE_NOT_REGULAR' }),
    );
  });

  it('copies with mode and progress, and returns what it copied', async () => {
    const progress: number[] = [];

    const copied = await host.files.copy('/images/link', '/new/place/root', {
      onProgress: (bytes) => progress.push(bytes),
    });

    expect(copied).toEqual({ size: LARGE.length, sha256: DIGEST });
    expect(host.files.stat('/new/place/root')).toMatchObject({
      type: 'file',
      mode: 0o640,
      size: LARGE.length,
    });
    expect(await host.files.digest('/new/place/root')).toBe(DIGEST);
    if (host.kind === 'rooted') expect(progress.at(-1)).toBe(LARGE.length);
    expect(host.operations.at(-1)).toMatchObject({ kind: 'write-file', path: '/new/place/root' });
  });

  it('moves a directory with everything in it', () => {
    host.files.move('/images', '/pictures');

    expect(host.files.stat('/images')).toBeUndefined();
    expect(host.files.list('/pictures')).toEqual(['link', 'old', 'root']);
    expect(host.files.readLink('/pictures/link')).toBe('root');
    expect(host.operations.at(-1)).toMatchObject({ kind: 'move', from: '/images', path: '/pictures' });
  });

  it('does not move a directory over an existing entry', () => {
    host.files.write('/file', '');

    expect(() => host.files.move('/images', '/file')).toThrowError(
      expect.objectContaining({ code: 'HAOS_FILE_NOT_REGULAR' }),
    );
    expect(() => host.files.move('/images', '/images/old')).toThrowError(
      expect.objectContaining({ code: 'HAOS_FILE_NOT_REGULAR' }),
    );
  });
});

it('leaves no partial file and keeps the old one if a copy is aborted', async () => {
  const host = rootedHost(root);
  writeFileSync(join(root, 'target'), 'before');
  const ended = new AbortController();
  const reason = new Error('enough');

  const copy = host.files.copy('/images/root', '/target', {
    signal: ended.signal,
    onProgress: () => ended.abort(reason),
  });

  await expect(copy).rejects.toBe(reason);
  expect(readFileSync(join(root, 'target'), 'utf8')).toBe('before');
  expect(readdirSync(root).sort()).toEqual(['images', 'target']);
});
