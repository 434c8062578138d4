import type { CloudConfig } from './generated/types.js';

/** The configuration itself: for an editor's completion and type checks in a program or a `haos.config.ts`. */
export function defineConfig(config: CloudConfig): CloudConfig {
  return config;
}
