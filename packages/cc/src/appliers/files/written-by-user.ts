import type { CloudConfig } from '../../generated/types.js';
import { normalisePath } from './normalise-path.js';

/**
 * Returns whether `write_files` writes this path. Then the author has taken over the file. An
 * applier that also writes it must leave it alone, because otherwise both would change it in every
 * run.
 */
export function isWrittenByUser(config: CloudConfig, path: string): boolean {
  return (config.writeFiles ?? []).some((file) => normalisePath(file.path ?? '') === path);
}
