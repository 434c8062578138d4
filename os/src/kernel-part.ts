import type { KernelKind } from '@haos/system/internal';

/**
 * Returns what the names of files have for a kernel, before the architecture: nothing for the first
 * kernel of a build, which the medium boots, and such as `cloud-` for the other one.
 */
export function kernelPart(kind: KernelKind, index: number): string {
  return index === 0 ? '' : `${kind}-`;
}
