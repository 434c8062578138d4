import { describe, expect, it } from 'vitest';
import { HaosError, isHaosError } from './errors.js';

describe('a HaosError', () => {
  it('is recognised with and without codes, and from any copy of the package', () => {
    const error = new HaosError('HAOS_LOCKED', 'locked', { hint: 'Wait.', details: { path: '/x' } });
    const foreign = Object.assign(new Error('x'), { [Symbol.for('haos.error')]: true, code: 'HAOS_LOCKED' });

    for (const made of [error, foreign]) {
      expect(isHaosError(made)).toBe(true);
      expect(isHaosError(made, 'HAOS_HTTP_URL', 'HAOS_LOCKED')).toBe(true);
      expect(isHaosError(made, 'HAOS_HTTP_URL')).toBe(false);
    }
    expect(error).toMatchObject({ hint: 'Wait.', details: { path: '/x' } });
    expect(error).not.toHaveProperty('cause');
  });

  it.each([new Error('x'), undefined, null, 'HAOS_LOCKED', { code: 'HAOS_LOCKED' }])('is not %s', (value) => {
    expect(isHaosError(value)).toBe(false);
  });
});
