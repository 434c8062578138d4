import { refuse } from '../../apply/refuse.js';
import type { Applier } from '../../apply/types.js';
import { eachItem, type Finding, hasControls, isNot, type Rule } from '../../rules/rule.js';

/** Loads kernel modules. An item is a name, optionally followed by parameters as for `modprobe`. */
export const modules: Applier = {
  name: 'modules',
  keys: ['haos.modules'],
  async apply(config, context) {
    for (const [index, item] of (config.haos?.modules ?? []).entries()) {
      const [name, ...parameters] = wordsOf(item);
      if (name === undefined) continue;
      await context.attempt(async () => {
        refuse(checkModule(item, `/haos/modules/${index}`), 'HAOS_CC_MODULE');
        await context.host.kernel.loadModule(name, parameters);
      });
    }
  },
};

/** Reports invalid items of `haos.modules`. */
export const modulesRule: Rule = ({ haos }) => eachItem(haos?.modules, '/haos/modules', checkModule);

/**
 * Checks one item; a blank item is ignored. modprobe treats a word that begins with a dash as an
 * option, in any position. Other parameters are for the kernel, which supports quotes, as in
 * `dyndbg="file core.c +p"`.
 */
function checkModule(item: string, pointer: string): Finding[] {
  const [name, ...parameters] = wordsOf(item);
  if (name === undefined) return [];
  const isName = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(name);
  if (isName && parameters.every((word) => !word.startsWith('-') && !hasControls(word))) return [];
  return isNot(pointer, item, 'a module', 'Write NAME or NAME PARAMETER=VALUE.');
}

function wordsOf(item: string): string[] {
  return item.split(/\s+/).filter((word) => word !== '');
}
