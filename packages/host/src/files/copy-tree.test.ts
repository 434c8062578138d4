import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestHost, type TestHost } from '../testing.js';
import { copyTree, treeSize, verifyTree } from './copy-tree.js';

let host: TestHost;
beforeEach(() => {
  host = createTestHost({
    tree: {
      '/from/a': { content: 'aaaa', mode: 0o600 },
      '/from/deep/b': { content: 'bb', mode: 0o755 },
      '/from/deep/link': { link: '../a' },
      '/from/empty': { directory: true, mode: 0o700 },
    },
  });
});
afterEach(() => host.dispose());

/** Returns the entries below a directory, by relative path. */
function below(directory: string): object {
  return Object.fromEntries(
    Object.entries(host.tree())
      .filter(([path]) => path.startsWith(`${directory}/`))
      .map(([path, entry]) => [path.slice(directory.length), entry]),
  );
}

it('copies files, directories, links and modes, and returns what it copied', async () => {
  const progress: number[] = [];

  const files = await copyTree(host, '/from', '/to', { onProgress: (bytes) => progress.push(bytes) });

  expect(below('/to')).toEqual(below('/from'));
  expect(files.map(({ path, size }) => [path, size])).toEqual([
    ['a', 4],
    ['deep/b', 2],
  ]);
  expect(progress).toEqual([4, 6]);
  expect(treeSize(host, '/to')).toBe(6);
  await expect(verifyTree(host, '/to', { files })).resolves.toBeUndefined();
});

it('skips the requested paths', async () => {
  await copyTree(host, '/from', '/to', { skips: (path) => path === 'deep' });

  expect(Object.keys(below('/to'))).toEqual(['/a', '/empty']);
});

it('detects files that did not arrive', async () => {
  const files = await copyTree(host, '/from', '/to');
  host.files.write('/to/deep/b', 'xx');

  await expect(verifyTree(host, '/to', { files })).rejects.toMatchObject({ code: 'HAOS_COPY_DIFFERS' });
});

it('stops when its signal aborts', async () => {
  const reason = new Error('enough');

  await expect(copyTree(host, '/from', '/to', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

it('refuses to copy devices', async () => {
  await expect(copyTree(host, '/none', '/to')).rejects.toMatchObject({ code: 'HAOS_COPY_TYPE' });
});
