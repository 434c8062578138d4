import { posix } from 'node:path';
import type { CloudConfig } from '../../generated/types.js';

/**
 * Whether `write_files` writes this path. Then the author has taken the file over: an applier that would write it too
 * leaves it alone, because otherwise both would change it in every run.
 */
export function isWrittenByUser(config: CloudConfig, path: string): boolean {
  return (config.writeFiles ?? []).some((file) => posix.normalize(file.path ?? '') === path);
}
