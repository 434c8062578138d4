import { expect, it } from 'vitest';
import { gapAfter } from './run-term.js';

it.each([
  ['a small fleet', 1, 250],
  ['1,000 nodes', 1000, 2000],
  ['more nodes than a processor decides in time', 420_000, 10_000],
])('the operator looks again soon: %s', (_, decided, gap) => {
  expect(gapAfter(decided)).toBe(gap);
});
