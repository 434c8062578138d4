import { layout } from '@haos/system';
import { refuse } from '../../apply/refuse.js';
import type { Applier } from '../../apply/types.js';
import { invalid, type Rule } from '../../rules/rule.js';
import { findSimilarKeyboard, keyboards } from './keyboards.js';

/** The virtual terminal in the foreground. Machines without a screen may have none. */
const TERMINAL = '/dev/tty0';

/**
 * Loads the layout of the keyboard for all virtual terminals. Does nothing where there are none, as
 * with a serial console alone, in a container or in a directory. The kernel does not say which
 * layout it has, so a file that lasts as long as it keeps the name.
 */
export const keyboard: Applier = {
  name: 'keyboard',
  keys: ['haos.keyboard'],
  async apply(config, { host }) {
    const name = config.haos?.keyboard;
    if (!name) return;
    refuse(keyboardRule(config), 'HAOS_CC_KEYBOARD');
    if (host.files.stat(TERMINAL) === undefined) return;
    if (host.files.readTextIfExists(layout.keyboard) === `${name}\n`) return;
    await host.run('loadkeys', ['-q', '-C', TERMINAL, name]);
    host.files.write(layout.keyboard, `${name}\n`, { mode: 0o644 });
  },
};

/** What is wrong with `haos.keyboard`; an empty one counts as absent. */
export const keyboardRule: Rule = ({ haos }) => {
  const name = haos?.keyboard;
  const known = name ? keyboards() : [];
  if (!name || known.includes(name)) return [];
  const similar = findSimilarKeyboard(name);
  return invalid(
    '/haos/keyboard',
    `the image has no keyboard layout ${JSON.stringify(name)}`,
    similar === undefined ? 'Write a name such as us, uk or de-latin1.' : `Did you mean ${similar}?`,
  );
};
