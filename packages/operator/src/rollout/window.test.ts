import { describe, expect, it } from 'vitest';
import { assignWaves } from './assign-waves.js';
import { describeClosed, isOpen, nextOpening } from './window.js';

describe('a maintenance window', () => {
  const night = { days: ['Sun' as const], start: '23:00', durationMinutes: 120 };

  it.each([
    ['before it', '2026-01-04T22:59:59Z', false],
    ['at its start', '2026-01-04T23:00:00Z', true],
    ['after midnight of the week', '2026-01-05T00:59:00Z', true],
    ['at its end', '2026-01-05T01:00:00Z', false],
  ])('%s', (_, time, open) => {
    expect(isOpen([night], new Date(time))).toBe(open);
  });

  it.each([
    ['2026-01-04T22:59:30Z', '2026-01-04T23:00:00Z'],
    ['2026-01-04T23:00:00Z', '2026-01-11T23:00:00Z'],
    ['2026-01-07T12:00:00Z', '2026-01-11T23:00:00Z'],
  ])('after %s opens at %s', (time, next) => {
    expect(nextOpening([night], new Date(time))).toEqual(new Date(next));
  });

  it('counts in its time zone, on every day by default', () => {
    const window = { start: '02:00', durationMinutes: 60, timezone: 'Europe/Berlin' };

    expect(isOpen([window], new Date('2026-01-04T01:30:00Z'))).toBe(true);
    expect(isOpen([window], new Date('2026-07-04T01:30:00Z'))).toBe(false);
    expect(isOpen([window], new Date('2026-07-04T00:30:00Z'))).toBe(true);
  });

  it('of an unknown time zone never opens, and the rollout says so', () => {
    const window = { start: '02:00', durationMinutes: 60, timezone: 'Nowhere/Else' };
    const now = new Date('2026-01-04T02:30:00Z');

    expect(isOpen([window], now)).toBe(false);
    expect(nextOpening([window], now)).toBe(undefined);
    const never = 'a window never opens: its time zone "Nowhere/Else" is unknown';
    expect(describeClosed([window], now)).toBe(never);
    expect(describeClosed([window, night], now)).toBe(
      `the next window opens at 2026-01-04T23:00:00Z; ${never}`,
    );
  });

  it('is always open if there is none', () => {
    expect(isOpen([], new Date())).toBe(true);
    expect(isOpen(undefined, new Date())).toBe(true);
  });
});

describe('waves', () => {
  it.each([
    [3, [], [1, 1, 1]],
    [5, [{ count: 1 }, { percent: 40 }], [1, 2, 2, 3, 3]],
    [2, [{ count: 5 }, { count: 1 }], [1, 1]],
    [3, [{ percent: 1 }], [1, 2, 2]],
    [0, [{ count: 1 }], []],
  ])('of %j nodes with %j', (nodes, waves, assigned) => {
    expect(assignWaves(nodes, waves)).toEqual(assigned);
  });
});
