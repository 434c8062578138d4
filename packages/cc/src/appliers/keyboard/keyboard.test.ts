import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { keyboard, keyboardRule } from './keyboard.js';
import { COUNTRIES, keyboards } from './keyboards.js';

/** A machine with a screen. */
function hostWith(options: TestHostOptions = { tree: { '/dev/tty0': '' } }) {
  const host = createTestHost({ commands: { loadkeys: {} }, ...options });
  onTestFinished(() => host.dispose());
  return host;
}

describe('haos.keyboard', () => {
  it('loads the layout once', async () => {
    const host = hostWith();

    const { first, second } = await runTwice(keyboard, { haos: { keyboard: 'de-latin1' } }, { host });

    expect(first.failures).toEqual([]);
    expect(second.operations).toEqual([]);
    expect(host.calls).toMatchObject([{ command: 'loadkeys', args: ['-q', '-C', '/dev/tty0', 'de-latin1'] }]);
  });

  it('loads another layout after the first', async () => {
    const host = hostWith();
    for (const name of ['de', 'fr', 'de']) await runApplier(keyboard, { haos: { keyboard: name } }, { host });

    expect(host.calls.map(({ args }) => args.at(-1))).toEqual(['de', 'fr', 'de']);
  });

  it('does nothing on a machine with a serial console alone', async () => {
    const host = hostWith({ commands: {} });

    const run = await runApplier(keyboard, { haos: { keyboard: 'de' } }, { host });

    expect(run).toMatchObject({ failures: [], operations: [] });
  });

  it('tries again after loadkeys has failed', async () => {
    const host = hostWith({ tree: { '/dev/tty0': '' }, commands: { loadkeys: { exitCode: 1 } } });

    for (let time = 0; time < 2; time += 1)
      expect(await runApplier(keyboard, { haos: { keyboard: 'de' } }, { host })).toMatchObject({
        failures: ['HAOS_COMMAND_FAILED'],
      });
  });

  it.each([
    ['de-latn1', 'Did you mean de-latin1?'],
    ['DE-Latin1', 'Did you mean de-latin1?'],
    ['de-latin', 'Did you mean de-latin1?'],
    ['de_CH', 'Did you mean sg-latin1?'],
    ['gb', 'Did you mean uk?'],
    ['jp', 'Did you mean jp106?'],
    ['fr-oss', 'Did you mean fr?'],
    ['us ', 'Did you mean us?'],
    ['/etc/my.map', 'Write a name such as us, uk or de-latin1.'],
    ['--help', 'Write a name such as us, uk or de-latin1.'],
    ['constructor', 'Write a name such as us, uk or de-latin1.'],
  ])('refuses %j as validation does', async (name, hint) => {
    const config = { haos: { keyboard: name } };

    const run = await runApplier(keyboard, config, { host: hostWith() });

    expect(run).toMatchObject({ failures: ['HAOS_CC_KEYBOARD'], operations: [] });
    expect(keyboardRule(config)).toMatchObject([{ pointer: '/haos/keyboard', hint }]);
  });

  it('knows each layout once, and takes all of them', () => {
    const names = keyboards();

    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([...['us', 'uk', 'de', 'fr', 'es', 'it'], ...COUNTRIES.values()]),
    );
    expect([...COUNTRIES.keys()].filter((name) => names.includes(name))).toEqual([]);
    for (const name of [...names, '']) expect(keyboardRule({ haos: { keyboard: name } })).toEqual([]);
  });
});
