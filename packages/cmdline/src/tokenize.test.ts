import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize } from './tokenize.js';

function read(text: string): [string, string | undefined][] {
  return tokenize(text).map(({ name, value }) => [name, value]);
}

/** Text made of the characters of the grammar finds more bugs than random text does. */
const cmdlineText = fc.oneof(
  fc.string({
    unit: fc.constantFrom('"', '=', ' ', 'a', 'b', '.', '[', ']', '\t', "'", '\\', 'ä', '\u00a0'),
  }),
  fc.string({ unit: 'binary' }),
);

describe('tokenize', () => {
  it.each<[string, [string, string | undefined][]]>([
    ['', []],
    [' \t\r\n\f ', []],
    ['ro', [['ro', undefined]]],
    [
      'a=1 b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'a=1\tb=2\rc=3\nd=4\fe=5\n',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
        ['d', '4'],
        ['e', '5'],
      ],
    ],
    ['a=b=c', [['a', 'b=c']]],
    ['a=', [['a', '']]],
    ['=y', [['', 'y']]],
    [
      'root=UUID=1-2 --',
      [
        ['root', 'UUID=1-2'],
        ['--', undefined],
      ],
    ],
  ])('separates %j at white space', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each<[string, [string, string | undefined][]]>([
    [
      'a="b c" d',
      [
        ['a', 'b c'],
        ['d', undefined],
      ],
    ],
    [
      '"a=b c" d',
      [
        ['a', 'b c'],
        ['d', undefined],
      ],
    ],
    ['"a b"', [['a b', undefined]]],
    ['a="  b  "', [['a', '  b  ']]],
    ['haos.sysctl[kernel.printk]="4 4 1 7"', [['haos.sysctl[kernel.printk]', '4 4 1 7']]],
    [
      'a="b"c=d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      '"a""b"',
      [
        ['a', undefined],
        ['b', undefined],
      ],
    ],
    ['a=""', [['a', '']]],
    ['a="', [['a', '']]],
    [
      'a="" b="c d"',
      [
        ['a', ''],
        ['b', 'c d'],
      ],
    ],
  ])('groups the quoted parts of %j and removes the quotes', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each<[string, [string, string | undefined][]]>([
    ['a=b="c d"', [['a', 'b="c d"']]],
    [
      'a=b="c d" e="f g"',
      [
        ['a', 'b="c d"'],
        ['e', 'f g'],
      ],
    ],
    [
      'a=x="y"z',
      [
        ['a', 'x="y"'],
        ['z', undefined],
      ],
    ],
    ['a=say"x"', [['a', 'say"x"']]],
  ])('keeps the quotes inside the value of %j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each<[string, [string, string | undefined][]]>([
    [
      'a="b c',
      [
        ['a', 'b'],
        ['c', undefined],
      ],
    ],
    [
      '"a=b c',
      [
        ['a', 'b'],
        ['c', undefined],
      ],
    ],
    [
      'a=b"c d"',
      [
        ['a', 'b"c'],
        ['d', undefined],
      ],
    ],
    [
      "a='b c'",
      [
        ['a', "'b"],
        ["c'", undefined],
      ],
    ],
    [
      'a=b\\ c',
      [
        ['a', 'b\\'],
        ['c', undefined],
      ],
    ],
    ['a=b\u00a0c\u000bd', [['a', 'b\u00a0c\u000bd']]],
  ])('does not group what %j only seems to group', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('finds names and values at their offsets', () => {
    expect(tokenize(' a.b="c d" "e"')).toEqual([
      {
        name: 'a.b',
        value: 'c d',
        offset: 1,
        length: 9,
        nameOffset: 1,
        nameLength: 3,
        valueOffset: 6,
        valueLength: 3,
      },
      {
        name: 'e',
        value: undefined,
        offset: 11,
        length: 3,
        nameOffset: 12,
        nameLength: 1,
        valueOffset: 13,
        valueLength: 0,
      },
    ]);
  });

  it('reads every parameter on its own as the same parameter', () => {
    fc.assert(
      fc.property(cmdlineText, (text) => {
        let end = 0;
        for (const token of tokenize(text)) {
          expect(token.offset).toBeGreaterThanOrEqual(end);
          expect(token.length).toBeGreaterThan(0);
          end = token.offset + token.length;
          expect(end).toBeLessThanOrEqual(text.length);

          const [again, ...more] = tokenize(text.slice(token.offset, end));
          expect(more).toEqual([]);
          expect([again!.name, again!.value, again!.length]).toEqual([token.name, token.value, token.length]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('has every name and value at its offset in the text, and only white space between parameters', () => {
    fc.assert(
      fc.property(cmdlineText, (text) => {
        let rest = text;
        for (const token of tokenize(text).reverse()) {
          expect(text.slice(token.nameOffset, token.nameOffset + token.nameLength)).toBe(token.name);
          expect(text.slice(token.valueOffset, token.valueOffset + token.valueLength)).toBe(
            token.value ?? '',
          );
          rest = rest.slice(0, token.offset) + rest.slice(token.offset + token.length);
        }
        expect(rest).toMatch(/^[ \t\r\n\f]*$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('tokenizes a megabyte of awkward quotes before the test times out', () => {
    expect(tokenize('a="" '.repeat(200_000))).toHaveLength(200_000);
    expect(tokenize('a='.repeat(500_000))).toHaveLength(1);
    expect(tokenize('="'.repeat(500_000)).length).toBeGreaterThan(0);
  });
});
