import { HaosError } from '@haos/host';
import { createTestHost, type ScriptedResponse, type TestHost } from '@haos/host/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchKeys, type KeyOutcome } from './fetch-keys.js';
import { parseKeySource } from './key-source.js';
import { makeKey } from './testing/make-key.js';

const hosts: TestHost[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
});

function fetchAll(
  items: readonly string[],
  responses: Record<string, ScriptedResponse>,
  signal?: AbortSignal,
) {
  const host = createTestHost({ responses });
  hosts.push(host);
  return fetchKeys(host, items.map(parseKeySource), signal && { signal });
}

function summarise(outcome: KeyOutcome) {
  return 'keys' in outcome ? outcome.keys.map(({ comment }) => comment) : outcome.error.code;
}

describe('fetchKeys', () => {
  it('fetches the keys of every source, in order and independently', async () => {
    const outcomes = await fetchAll(
      ['github:a', makeKey('literal'), 'gitlab:gone', 'https://example.com/k', 'nonsense'],
      {
        'https://github.com/a.keys': `${makeKey('one')}\n${makeKey('two')}\n`,
        'https://gitlab.com/gone.keys': { status: 404 },
        'https://example.com/k': `# team\n${makeKey('three')}\nnot a key\n`,
      },
    );

    expect(outcomes.map(({ source }) => source)).toEqual([
      'github:a',
      makeKey('literal'),
      'gitlab:gone',
      'https://example.com/k',
      'nonsense',
    ]);
    expect(outcomes.map(summarise)).toEqual([
      ['one', 'two'],
      ['literal'],
      'HAOS_SSH_FETCH_FAILED',
      ['three'],
      'HAOS_SSH_SOURCE_INVALID',
    ]);
    expect(outcomes[3]).toMatchObject({ rejected: [{ line: 3, code: 'not-a-key' }] });
  });

  it.each(['', '\n# nothing\n', '<!DOCTYPE html><html><body>Sign in</body></html>'])(
    'treats the answer %j as a failure',
    async (body) => {
      const [outcome] = await fetchAll(['github:a'], { 'https://github.com/a.keys': body });

      expect(summarise(outcome!)).toBe('HAOS_SSH_NO_KEY');
    },
  );

  it('asks a source only once if it is listed twice', async () => {
    let asked = 0;
    const outcomes = await fetchAll(['github:a', ' github:a'], {
      'https://github.com/a.keys': () => {
        asked += 1;
        return makeKey('one');
      },
    });

    expect(outcomes.map(summarise)).toEqual([['one']]);
    expect(asked).toBe(1);
  });

  it('passes proxy and signal on', async () => {
    const { signal } = new AbortController();
    const proxy = { https: 'http://proxy.example:3128' };
    const host = createTestHost({
      responses: {
        'https://github.com/a.keys': (options) => {
          expect(options).toMatchObject({ proxy, signal, maxBytes: 1024 * 1024 });
          return makeKey('one');
        },
      },
    });
    hosts.push(host);

    expect((await fetchKeys(host, [parseKeySource('github:a')], { proxy, signal })).map(summarise)).toEqual([
      ['one'],
    ]);
  });

  it('keeps credentials of a URL out of the error', async () => {
    const url = 'https://user:hunter2@example.com/k?token=s3cret';
    const [failed, empty] = await fetchAll([url, `${url}2`], {
      [url]: () => {
        throw new HaosError('HAOS_HTTP_FAILED', 'GET https://example.com/k: connection refused');
      },
      [`${url}2`]: 'no key',
    });

    for (const outcome of [failed!, empty!]) {
      const { code, message, hint, details } = (outcome as { error: HaosError }).error;
      expect(code).toMatch(/^HAOS_SSH_/);
      expect(JSON.stringify({ message, hint, details })).not.toMatch(/hunter2|s3cret/);
    }
  });

  it('throws errors that are not download failures', async () => {
    await expect(fetchAll(['github:a'], {})).rejects.toMatchObject({ code: 'HAOS_TEST_UNSCRIPTED' });
  });
});
