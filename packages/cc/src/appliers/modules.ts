import { HaosError } from '@haos/system';
import type { Applier } from '../apply/types.js';
import type { CcErrorCode } from '../errors.js';

/** Loads kernel modules; an item is a name, optionally followed by parameters as `modprobe` takes them. */
export const modules: Applier = {
  name: 'modules',
  keys: ['haos.modules'],
  async apply(config, context) {
    for (const [index, item] of (config.haos?.modules ?? []).entries()) {
      const [name, ...parameters] = item.split(/\s+/).filter((word) => word !== '');
      if (name === undefined) continue;
      await context.attempt(async () => {
        checkName(name, index);
        await context.host.kernel.loadModule(name, parameters);
      });
    }
  },
};

/** A name that begins with a dash would be an option of modprobe. */
function checkName(name: string, index: number): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(name)) return;
  throw new HaosError<CcErrorCode>(
    'HAOS_CC_MODULE',
    `haos.modules[${index}] does not begin with the name of a module`,
    {
      hint: 'Use letters, digits, dashes and underscores in the name.',
    },
  );
}
