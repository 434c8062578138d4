import type { CloudConfig } from './generated/types.js';

/**
 * Returns its argument. Gives an editor completion and type checks in a program or a
 * `haos.config.ts`.
 */
export function defineConfig(config: CloudConfig): CloudConfig {
  return config;
}
