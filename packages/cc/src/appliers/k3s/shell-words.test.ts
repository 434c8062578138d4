import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWord, splitWords } from './shell-words.js';

describe('splitWords', () => {
  it.each([
    ['', []],
    ['  ', []],
    [' server  --a=b\n--c ', ['server', '--a=b', '--c']],
    [`--a='b c' "d e"`, ['--a=b c', 'd e']],
    [`'' ""`, ['', '']],
    [`a'b'"c"d`, ['abcd']],
    ['a\\ b \\"c', ['a b', '"c']],
    [`"a\\"b" "\\$x \\n"`, ['a"b', '$x \\n']],
    [`'a\\'`, ['a\\']],
    ['$HOME * `id`', ['$HOME', '*', '`id`']],
  ])('splits %j', (text, words) => {
    expect(splitWords(text, 'key')).toEqual(words);
  });

  it.each(["'a", '"a', '"a\\"', 'a\\'])('rejects %j, which is incomplete', (text) => {
    expect(() => splitWords(text, 'key')).toThrow(expect.objectContaining({ code: 'HAOS_CC_K3S_ARGUMENT' }));
  });

  it('is the inverse of quoteWord', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
        expect(splitWords(words.map(quoteWord).join(' '), 'key')).toEqual(words);
      }),
    );
  });
});
