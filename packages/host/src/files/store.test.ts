import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareBytes } from './store.js';

it('bytes are compared as Buffer.compare does', () => {
  const bytes = fc.uint8Array({ maxLength: 3, max: 2 });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
    }),
  );
});
