import { expect, it } from 'vitest';
import { octalMeant } from './octal-mode.js';

it.each([
  ['420', '0644'],
  ['384', '0600'],
  ['493', '0755'],
  ['448', '0700'],
  ['416', '0640'],
  ['256', '0400'],
  ['2541', '4755'],
])('knows that %s was %s', (text, octal) => {
  expect(octalMeant(text)).toBe(octal);
});

it.each([
  '644',
  '0644',
  '755',
  '600',
  '700',
  '640',
  '440',
  '400',
  '444',
  '511',
  '777',
  '1777',
  '',
  '-420',
  '99999',
  'rw',
])('takes %s as it is', (text) => {
  expect(octalMeant(text)).toBeUndefined();
});
