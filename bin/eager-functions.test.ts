import { expect, test } from 'vitest';
import { withEagerFunctions } from './eager-functions.js';

/** The range of the function that begins with a text and ends with its first `}`. */
function rangeOf(code: string, start: string, count: number) {
  const startOffset = code.indexOf(start);
  return { startOffset, endOffset: code.indexOf('}', startOffset) + 1, count };
}

test('functions that ran are in parentheses, before the code that calls them', () => {
  const code = '"use strict";var a=b();function b(){return 1}async function c(d){return d}exports.c=c;';
  const ranges = [rangeOf(code, 'function b', 1), rangeOf(code, 'async function c', 2)];
  expect(withEagerFunctions(code, ranges)).toBe(
    '"use strict";var b=(function(){return 1});var c=(async function(d){return d});var a=b();exports.c=c;',
  );
});

test('functions that did not run, expressions and methods stay', () => {
  const code = '"use strict";function a(){}var b=function c(){},d={e(){}};';
  const ranges = [rangeOf(code, 'function a', 0), rangeOf(code, 'function c', 1), rangeOf(code, 'e()', 1)];
  expect(withEagerFunctions(code, ranges)).toBe(code);
});

test('a function inside of another one stays where it is', () => {
  const code = '"use strict";function a(){function b(){}return b}';
  const ranges = [
    { startOffset: code.indexOf('function a'), endOffset: code.length, count: 1 },
    rangeOf(code, 'function b', 1),
  ];
  expect(withEagerFunctions(code, ranges)).toBe('"use strict";var a=(function(){function b(){}return b});');
});

test('a file without the directive has them, too', () => {
  const code = 'var a="\\"use strict\\";";function b(){}';
  expect(withEagerFunctions(code, [rangeOf(code, 'function b', 1)])).toBe(
    'var b=(function(){});var a="\\"use strict\\";";',
  );
});
