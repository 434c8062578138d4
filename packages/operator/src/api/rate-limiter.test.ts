import { expect, it } from 'vitest';
import { createBackoff } from './backoff.js';
import { createRateLimiter } from './rate-limiter.js';

it('a limiter lets a burst start at once, then one for each interval', async () => {
  let now = 0;
  const waits: number[] = [];
  const sleep = async (milliseconds: number) => void waits.push(milliseconds);
  const limiter = createRateLimiter({ perSecond: 10, burst: 3 }, { sleep }, () => now);
  for (let count = 0; count < 5; count += 1) await limiter();
  expect(waits).toEqual([100, 200]);
  now = 10_000;
  for (let count = 0; count < 3; count += 1) await limiter();
  expect(waits).toHaveLength(2);
});

it('pauses double up to the longest, between half and all of it', () => {
  const longest = { first: 100, longest: 300 };
  const most = createBackoff({ ...longest, random: () => 1 });
  const least = createBackoff({ ...longest, random: () => 0 });
  expect([most.next(), most.next(), most.next(), most.next()]).toEqual([100, 200, 300, 300]);
  expect([least.next(), least.next(), least.next()]).toEqual([50, 100, 150]);
  most.reset();
  expect(most.next()).toBe(100);
});
