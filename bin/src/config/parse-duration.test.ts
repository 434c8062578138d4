import { expect, it } from 'vitest';
import { parseDuration } from './parse-duration.js';

it.each([
  ['30s', 30],
  ['45', 45],
  ['3m', 180],
  ['24h', 86_400],
])('%s is %i seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

it.each(['', '0', '29s', '25h', '3 m', '3M', '1.5m', '-3m', 'm', '1e3'])('%j is refused', (text) => {
  expect(() => parseDuration(text)).toThrowError(/is not a duration from 30s to 24h/);
});
