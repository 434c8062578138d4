import { describe, expect, it } from 'vitest';
import { readStartOptions, START_USAGE } from '../../scripts/start-options.mjs';

describe('the arguments of npm start', () => {
  it('are kernel arguments, unless they are options', () => {
    expect(readStartOptions(['haos.mode=install', '--k3s', './k3s', 'rescue'], true)).toEqual({
      disk: false,
      k3s: './k3s',
      words: ['haos.mode=install', 'rescue'],
    });
  });

  it.each([
    [['--unknown'], true],
    [['--disk'], false],
    [['--disk', 'rescue'], true],
  ])('%j are wrong usage', (argv, hasTerminal) => {
    expect(() => readStartOptions(argv, hasTerminal)).toThrow(
      expect.objectContaining({ status: 2, message: expect.stringContaining(START_USAGE) }),
    );
  });

  it.each(['disk', 'k3s'])('are wrong when npm took --%s for an option of its own', (name) => {
    expect(() => readStartOptions([], true, { [`npm_config_${name}`]: 'true' })).toThrow(
      expect.objectContaining({ status: 2, message: expect.stringContaining(`npm start -- --${name}`) }),
    );
  });

  it('may ask for help, which is no failure', () => {
    expect(() => readStartOptions(['--help'], false)).toThrow(
      expect.objectContaining({ status: 0, message: START_USAGE }),
    );
  });
});
