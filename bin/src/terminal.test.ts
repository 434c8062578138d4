import { describe, expect, it } from 'vitest';
import { showsColor } from './terminal.js';

/** A device number as the kernel gives it, for numbers below 256. */
function device(major: number, minor: number): number {
  return major * 256 + minor;
}

const pseudo = {
  isTerminal: true,
  device: device(136, 3),
  platform: 'linux',
  env: { TERM: 'xterm-256color' },
};

describe('colour', () => {
  it.each([
    ['a pseudo terminal', pseudo, true],
    ['a virtual console', { ...pseudo, device: device(4, 1), env: { TERM: 'linux' } }, true],
    ['a terminal elsewhere', { ...pseudo, device: device(16, 1), platform: 'darwin' }, true],
    ['a serial line', { ...pseudo, device: device(4, 64), env: { TERM: 'linux' } }, false],
    ['the system console', { ...pseudo, device: device(5, 1), env: { TERM: 'linux' } }, false],
    ['a dumb terminal', { ...pseudo, env: { TERM: 'dumb' } }, false],
    ['a serial line under sudo', { ...pseudo, env: { TERM: 'vt220' } }, false],
    ['an unknown terminal', { ...pseudo, env: {} }, false],
    ['a pipe', { ...pseudo, isTerminal: false }, false],
    ['a terminal with NO_COLOR', { ...pseudo, env: { TERM: 'xterm', NO_COLOR: '1' } }, false],
    ['an empty NO_COLOR', { ...pseudo, env: { TERM: 'xterm', NO_COLOR: '' } }, true],
  ])('on %s', (_title, terminal, expected) => {
    expect(showsColor(terminal)).toBe(expected);
  });
});
