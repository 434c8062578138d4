import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { childOf, nameOf, parentOf } from './path.js';

const name = fc.string({ minLength: 1, maxLength: 4 }).filter((text) => !/\/|^\.{1,2}$/.test(text));
const resolved = fc.array(name, { maxLength: 4 }).map((names) => `/${names.join('/')}`);

it('the parts of a resolved path are those of node:path', () => {
  fc.assert(
    fc.property(resolved, name, (path, child) => {
      expect(parentOf(path)).toBe(posix.dirname(path));
      expect(nameOf(path)).toBe(posix.basename(path));
      expect(childOf(path, child)).toBe(posix.join(path, child));
    }),
  );
});
