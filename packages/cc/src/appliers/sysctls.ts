import type { Applier } from '../apply/types.js';

/** Writes kernel settings, in the order of the configuration. */
export const sysctls: Applier = {
  name: 'sysctls',
  keys: ['haos.sysctls'],
  async apply(config, context) {
    for (const [key, value] of Object.entries(config.haos?.sysctls ?? {})) {
      await context.attempt(() => {
        context.host.kernel.setSysctl(key, value);
      });
    }
  },
};
