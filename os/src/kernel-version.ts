import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelKind } from '@haos/system/internal';

/**
 * Returns the version of a kernel component from the result of the step `kernel`. The version of
 * HAOS belongs to it, because its initrd has our boot scripts.
 */
export function kernelVersion(kernels: string, kind: KernelKind, version: string): string {
  return `${readFileSync(join(kernels, kind, 'release'), 'utf8').trim()}-${version}`;
}
