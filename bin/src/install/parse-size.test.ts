import { expect, it } from 'vitest';
import { parseSize } from './parse-size.js';

it.each([
  ['8G', 8 * 2 ** 30],
  ['8GiB', 8 * 2 ** 30],
  ['4096m', 2 ** 32],
  ['1T', 2 ** 40],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

it.each(['', '8', '0G', '1.5G', '8GB', '-8G', '99999999T'])('%j is not a size', (text) => {
  expect(() => parseSize(text)).toThrowError(/is not a size/);
});
