import { describe, expect, it } from 'vitest';
import { joinFlowLines, scanFlow } from './flow.js';

describe('scanFlow', () => {
  it.each<[string, string]>([
    ['a: [b', '['],
    ['a: [b, {c: d', '[{'],
    ['a: [b, {c: d}', '['],
    ['a: "b', '"'],
    ["a: 'it''s", "'"],
    ['a: ["b]', '["'],
    ['"a', '"'],
    ['- - [', '['],
    ['a: &x !y [', '['],
    ['\ufeff[', '['],
    ['a: [b # ]', '['],
    ['a: [b#]', ''],
    ['a: ["]", \']\', b]', ''],
    ['a: ["\\"]', '["'],
    ["a: don't [do {this", ''],
    ['a: b # [', ''],
    ['a: http://[x', ''],
    ['a: |\n  [\n\n  "\nb: c', ''],
    ['- |\n  [\n- {', '{'],
    ['- a: |\n    [\n  b: {', '{'],
    ['a: >-\n [\n', ''],
    ['a: [x: y, "b":c]', ''],
    ['a: {b: it\'s, c: d"}', ''],
  ])('finds what is open at the end of %j: %s', (text, open) => {
    expect(
      scanFlow(text)
        .open.map(({ character }) => character)
        .join(''),
    ).toBe(open);
  });

  it('is quick with ten megabytes of anything', () => {
    for (const part of ['[', '{a: ', '- ', '"a ', "'", 'a ', ':', '#', '\n', '\\'])
      scanFlow(part.repeat(10_000_000 / part.length));
  }, 60_000);
});

describe('joinFlowLines', () => {
  it.each([
    ['a: {\n  b: c\n}\nd: e', 'a: {   b: c }\nd: e'],
    ['a: [\r\nb,\r\n# c\r\nd\r\n]', 'a: [  b,       d  ]'],
    ['a: [b\nc]', 'a: [b\nc]'],
    ['a: ["b\nc"\n]', 'a: ["b\nc" ]'],
  ])('makes one line of the collection in %j', (text, joined) => {
    expect(joinFlowLines(text)).toBe(joined);
  });
});
