import { expect, it } from 'vitest';
import { readMode } from './mode.js';
import { createTestHost } from './testing.js';

it.each([
  [undefined, undefined],
  ['local\n', 'local'],
  ['live', 'live'],
  ['', undefined],
  ['toString\n', undefined],
])('reads the mode from %j as %s', (content, mode) => {
  const host = createTestHost({ tree: content === undefined ? {} : { '/run/haos/mode': content } });

  expect(readMode(host)).toBe(mode);
  host.dispose();
});
