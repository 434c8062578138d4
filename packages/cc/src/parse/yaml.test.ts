import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSources } from '../config.js';
import type { Node } from './node.js';
import { parseYaml } from './yaml.js';

/** Returns the nodes as plain data: texts, lists, and lists of pairs. */
function plain(node: Node | undefined): unknown {
  if (!node) return undefined;
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'sequence') return node.items.map(plain);
  return Object.fromEntries(node.pairs.map(({ key, value }) => [key, plain(value)]));
}

function parse(text: string): unknown {
  const { root, error } = parseYaml(text);
  expect(error).toBeUndefined();
  return plain(root);
}

describe('parseYaml', () => {
  it.each([
    ['a: 1\nb: [x, "y"]\n', { a: '1', b: ['x', 'y'] }],
    ['a: 1\r\nb: 2\r\n', { a: '1', b: '2' }],
    ['a: 1\rb: 2', { a: '1', b: '2' }],
    ['\ufeffa: 1', { a: '1' }],
    ['a: &x {k: v}\nb: *x\n', { a: { k: 'v' }, b: { k: 'v' } }],
    ['base: &b {x: 1, y: 2}\nc: {<<: *b, x: 3}', { base: { x: '1', y: '2' }, c: { x: '3', y: '2' } }],
    [
      'a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}',
      { a: { x: '1' }, b: { x: '2', y: '2' }, c: { x: '1', y: '2' } },
    ],
    ['"<<": x', { '<<': 'x' }],
    ['%YAML 1.2\n---\na: "x\\/y"\n', { a: 'x/y' }],
    ['-\ta\n-\tb', ['a', 'b']],
    ['010: a\nyes: b\n0x10: c\n12345678: d', { '010': 'a', yes: 'b', '0x10': 'c', '12345678': 'd' }],
    ['# only a comment\n', undefined],
    ['', undefined],
    ['--- # comment\na: 1', { a: '1' }],
    ['a: "\\u0000"', { a: '\0' }],
    ['a: {\n  b: c\n}\nd: e', { a: { b: 'c' }, d: 'e' }],
    ['a: {\n  b: {\n    c: d\n  }\n}\n', { a: { b: { c: 'd' } } }],
    ['a:\n  b: [\n    x,\n]\nc: d', { a: { b: ['x'] }, c: 'd' }],
    ['a: {\n"b": "c",\n# }\n"d": [\n"e"\n]\n}\n', { a: { b: 'c', d: ['e'] } }],
    ['- {a: [\r\n  b\r\n]}\r\n- c', [{ a: ['b'] }, 'c']],
    ['a: &x {\n  b: c\n}\nd: *x', { a: { b: 'c' }, d: { b: 'c' } }],
    ['a: {\n  b: one\n  two\n}', { a: { b: 'one two' } }],
    ['a: |\n  b', { a: 'b' }],
    ['a: >\n  b\n  c', { a: 'b c' }],
    ['a: |+\n  b', { a: 'b' }],
    ['a: |\n  b\n', { a: 'b\n' }],
    ['a: |\n  b\n\n', { a: 'b\n' }],
    ['a: |', { a: '' }],
  ])('reads %j', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('uses the last of duplicate keys as a whole and warns', () => {
    const { root, warnings } = parseYaml('a: {x: 1}\na: {y: 2}\n');
    expect(plain(root)).toEqual({ a: { y: '2' } });
    expect(warnings.map(({ code, start }) => [code, start])).toEqual([['duplicate-key', 10]]);
  });

  it.each([
    ['a: 1\n---\nb: {broken', { a: '1' }],
    ['---\na: 1\n...\nnot: [yaml', { a: '1' }],
    ['# c\n---\na: 1\n--- b', { a: '1' }],
  ])('reads only the first document of %j', (text, expected) => {
    const { root, error, warnings } = parseYaml(text);
    expect(error).toBeUndefined();
    expect(plain(root)).toEqual(expected);
    expect(warnings.map(({ code }) => code)).toEqual(['more-documents']);
  });

  it('finds the end of the first document after many blank lines and comments', () => {
    // While line breaks could be matched in more than one way, each doubled the time.
    const header = `${'\n'.repeat(2_000)}${'# licence\r\n\r\n'.repeat(2_000)}`;
    expect(parse(`${header}---\na: 1\n---\nb: 2\n`)).toEqual({ a: '1' });
    expect(parse(`${header}a: 1\n...\nb: 2\n`)).toEqual({ a: '1' });
  });

  it('does not treat dashes inside a text as a document marker', () => {
    expect(parse('a: |\n  ---\n  b\nc: ---d\n')).toEqual({ a: '---\nb\n', c: '---d' });
    expect(parse('-----BEGIN: x')).toEqual({ '-----BEGIN': 'x' });
  });

  it.each([
    ['a: *u', 3],
    ['a: &a [*a]', 7],
    ['? [a]\n: b', 2],
    ['~: x', 0],
    [': x', 0],
    ['<<: a', 4],
    ['a: !!binary "?"', 12],
    ['a: !!int x', 9],
    ['a:\n\tb: 1', 3],
    ['a: "\u0001"', 4],
    ['a: \0', 3],
    ['a: "\\q"', 5],
    ['a: [b', 3],
    ['a: 1\n b: 2', 7],
  ])('rejects %j and reports where', (text, start) => {
    const { root, error } = parseYaml(text);
    expect(root).toBeUndefined();
    expect(error).toMatchObject({ code: 'invalid-yaml', start });
  });

  it.each([
    ['a: [b', '1:4', 'the [ on line 1 is not closed'],
    ['a:\n  b: {c: d\ne: f', '2:6', 'the { on line 2 is not closed'],
    ['a: {b: c,\nd: e\n', '1:4', 'the { on line 1 is not closed'],
    ['a: {\n  b: {c: d\n}\ne: f', '1:4', 'the { on line 1 is not closed'],
    ['a: ["b", "c"\nd: [e]', '1:4', 'the [ on line 1 is not closed'],
    ['a: "b\n', '1:4', 'the " on line 1 is not closed'],
    ['a: "b\nc: "d"\n', '1:4', 'the " on line 1 is not closed'],
    ["a:\n- 'b\nc: d", '2:3', "the ' on line 2 is not closed"],
    ['a: [\n  "b\n]\nc: d', '2:3', 'the " on line 2 is not closed'],
    ['a: "b\n  c: "d"\n', '1:4', 'the " on line 1 is closed only on line 2, where text follows'],
    ['a: [b}', '1:6', 'this } does not close the [ on line 1'],
    ['a: {\n  b: c\n  d: e\n}', '3:4', 'a comma is missing before this, inside the { on line 1'],
    ['a: {b: "c" d: e}', '1:12', 'a comma is missing before this, inside the { on line 1'],
    ['\ufeffa: [b', '1:4', 'the [ on line 1 is not closed'],
  ])('names the bracket or the quotation mark of %j', (content, place, message) => {
    const { issues } = readSources([{ content }]);

    expect(issues.map(({ origin }) => `${origin?.line}:${origin?.column}`)).toEqual([place]);
    expect(issues.map((issue) => issue.message)).toEqual([message]);
    expect(issues[0]?.hint).toMatch(/^[A-Z].*\.$/);
  });

  it('refuses aliases that grow exponentially, and deep nesting, fast', () => {
    const lines = ['a0: &a0 [x]'];
    for (let level = 1; level < 40; level++)
      lines.push(`a${level}: &a${level} [${`*a${level - 1},`.repeat(9)}*a${level - 1}]`);
    expect(parseYaml(lines.join('\n')).error?.message).toContain('aliases');
    expect(parseYaml('['.repeat(10_000_000)).error?.code).toBe('invalid-yaml');
    expect(parseYaml('{a: '.repeat(100_000)).error?.code).toBe('invalid-yaml');
  });

  it('never throws, and its places lie inside the text', () => {
    const fragment = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        'haos:',
        '\n',
        '  ',
        '- ',
        'a: ',
        '&x ',
        '*x',
        '<<: ',
        '[',
        ']',
        '{',
        '}',
        '"',
        "'",
        '|\n',
        '!!binary ',
        '---\n',
        '...\n',
        '? ',
        '#',
        '\t',
        '~',
        '0755',
      ),
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 30 }), (fragments) => {
        const text = fragments.join('');
        const { root, error, warnings } = parseYaml(text);
        for (const { start } of [...warnings, ...(error ? [error] : [])]) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start).toBeLessThanOrEqual(text.length);
        }
        if (error) expect(root).toBeUndefined();
        readSources([{ content: text }]);
      }),
      { numRuns: 2000 },
    );
  }, 60_000);
});
