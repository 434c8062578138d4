import { describe, expect, it } from 'vitest';
import { haos } from '../haos.js';
import { makeNode } from '../run-case.js';
import { changedPaths, takeSnapshot } from '../tree.js';

interface BadInput {
  name: string;
  content: string | Uint8Array;
  code: string;
  /** Line and column of the first issue. */
  place?: string;
  /** `warning` if a booting node treats it as a warning; otherwise it is an error there, too. */
  severity?: 'warning';
}

const NOISE = Uint8Array.from({ length: 64 * 1024 }, (_, index) => (index * 2654435761) >>> 13);

const BAD: readonly BadInput[] = [
  {
    name: 'a list that is not closed',
    content: 'hostname: a\nrun_cmd: [b,\n',
    code: 'invalid-yaml',
    place: '2:10',
  },
  { name: 'a text that is not closed', content: 'hostname: "a\n', code: 'invalid-yaml', place: '1:11' },
  { name: 'a tab as indentation', content: 'haos:\n\ttoken: a\n', code: 'invalid-yaml', place: '2:1' },
  { name: 'a surplus colon', content: 'hostname: a: b\n', code: 'invalid-yaml', place: '1:12' },
  { name: 'an unknown alias', content: 'hostname: *a\n', code: 'invalid-yaml', place: '1:11' },
  { name: 'an anchor that contains itself', content: 'haos: &a {labels: *a}\n', code: 'invalid-yaml' },
  { name: 'an unknown escape', content: 'hostname: "\\q"\n', code: 'invalid-yaml' },
  {
    name: 'broken base64',
    content: 'write_files: [{path: /a, content: !!binary "%%"}]\n',
    code: 'invalid-yaml',
  },
  { name: 'a null as key', content: '~: a\n', code: 'invalid-yaml' },
  { name: 'a list as key', content: '[a]: b\n', code: 'invalid-yaml' },
  { name: 'a merge key with a text', content: 'haos: {<<: a}\n', code: 'invalid-yaml' },
  { name: 'a NUL character', content: 'hostname: a\0b\n', code: 'invalid-yaml', place: '1:12' },
  { name: 'a control character', content: 'hostname: a\u0007\n', code: 'invalid-yaml', place: '1:12' },
  { name: 'binary noise', content: NOISE, code: 'invalid-encoding' },
  { name: 'a disk image', content: new Uint8Array(1024 * 1024), code: 'invalid-yaml' },
  {
    name: 'bytes in another encoding',
    content: Buffer.from('hostname: \xe9\n', 'latin1'),
    code: 'invalid-encoding',
  },
  { name: 'a list', content: '- hostname: a\n', code: 'not-a-mapping', place: '1:1' },
  { name: 'a text', content: 'hostname\n', code: 'not-a-mapping' },
  { name: 'JSON that is not an object', content: '"hostname"\n', code: 'not-a-mapping' },
  {
    name: 'an HTML page',
    content: '<!DOCTYPE html>\n<html><body>404: not found</body></html>\n',
    code: 'invalid-yaml',
  },
  { name: 'a wrong type', content: 'hostname:\n- a\n', code: 'wrong-type', place: '1:1' },
  { name: 'a map in place of a list', content: 'run_cmd: {a: b}\n', code: 'wrong-type' },
  { name: 'an unknown key', content: 'hostnme: a\n', code: 'unknown-key', place: '1:1', severity: 'warning' },
  {
    name: 'a key of another place',
    content: 'token: a\n',
    code: 'unknown-key',
    place: '1:1',
    severity: 'warning',
  },
  {
    name: 'a duplicate key',
    content: 'hostname: a\nhostname: b\n',
    code: 'duplicate-key',
    place: '2:1',
    severity: 'warning',
  },
  {
    name: 'several documents',
    content: 'hostname: a\n---\nhostname: b\n',
    code: 'more-documents',
    place: '2:1',
    severity: 'warning',
  },
];

const DEEP: readonly (readonly [name: string, content: string])[] = [
  ['10 MB of lists in lists', '['.repeat(10_000_000)],
  ['10 MB of maps in maps', '{a: '.repeat(2_500_000)],
  ['10 MB of indented lists', '- '.repeat(5_000_000)],
  [
    'aliases that expand without limit',
    `a0: &a0 [x]\n${Array.from({ length: 40 }, (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index}, `.repeat(9)}]\n`).join('')}haos: {labels: *a40}\n`,
  ],
  ['10 MB of one text that is not closed', `hostname: "${'a'.repeat(10_000_000)}`],
  ['very many unknown keys', Array.from({ length: 100_000 }, (_, index) => `unknown${index}: ab\n`).join('')],
];

/** The error must be reported at once, and nothing may change. */
async function expectUntouched(
  content: string | Uint8Array,
  check: (args: readonly string[], root: string) => Promise<void>,
) {
  const root = await makeNode({ bare: true, tree: { '/haos/system/config.yaml': content } });
  const before = takeSnapshot(root);
  for (const args of [['--dump'], ['--dump-json'], ['plan', '--boot'], ['explain']]) await check(args, root);
  expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
}

describe('bad input', () => {
  it.each(BAD)('$name: validate reports what and where', async ({ content, code, place }) => {
    const run = await haos(['config', 'validate', '--as', 'system', '-'], { input: content });

    // Duplicates and additional documents are valid, but unusual.
    expect(run.status).toBe(['duplicate-key', 'more-documents'].includes(code) ? 0 : 3);
    expect(run.stdout).toContain(`[${code}]`);
    expect(run.stdout).toMatch(/^<stdin>:\d+:\d+: /);
    if (place) expect(run.stdout).toContain(`<stdin>:${place}: `);
  });

  it.each(BAD)('$name: changes nothing', async ({ content, code, severity }) => {
    await expectUntouched(content, async (args, root) => {
      const run = await haos(['config', ...args, '--root', root]);

      if (severity !== 'warning') expect(run.status, args.join(' ')).toBe(3);
      expect(run.stderr).toContain(`[${code}]`);
      expect(run.stderr).toMatch(/^\/haos\/system\/config\.yaml:\d+:\d+: /m);
    });
  });

  it.each(BAD)('$name: put refuses it', async ({ content, code }) => {
    if (['duplicate-key', 'more-documents'].includes(code)) return;
    const root = await makeNode({ bare: true });
    const before = takeSnapshot(root);

    const run = await haos(['config', 'put', 'a', '--root', root], { input: content });

    expect(run.status).toBe(3);
    expect(run.stderr).toContain(`[${code}]`);
    expect(changedPaths(before, takeSnapshot(root))).toEqual([]);
  });

  it.each(DEEP)(
    '%s: is refused quickly',
    async (_, content) => {
      const run = await haos(['config', 'validate', '--format', 'json', '-'], { input: content });

      expect(run.status).toBe(3);
      expect(JSON.parse(run.stdout).issues[0]).toMatchObject({ severity: 'error' });
    },
    90_000,
  );

  it('ends even if its input does not end', async () => {
    const run = await haos(['config', 'validate', '--format', 'json', '/dev/zero']);

    expect(run.status).toBe(3);
    expect(JSON.parse(run.stdout).issues).toMatchObject([{ code: 'unreadable-source' }]);
  });

  it('never prints control characters of the input', async () => {
    const input = 'hostname: "\u001b[31mred"\nunknown\u009b31m: a\n\u001b]0;title\u0007: b\n';

    for (const format of ['text', 'github']) {
      const { stdout } = await haos(['config', 'validate', '--format', format, '-'], { input });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }
  });
});
