import type { Host } from '@haos/host';
import { type Check, failed } from './check.js';
import { isVersion, type ReleaseSet, versionDirectory } from './components.js';

/**
 * The kinds of kernel that a release may have. The first one starts on every machine, so the link
 * `current` of a release with both names it.
 */
export const KERNEL_KINDS = ['generic', 'cloud'] as const;
export type KernelKind = (typeof KERNEL_KINDS)[number];

/** The kernels of a release; a kind that the release does not have is missing. */
export type Kernels = Readonly<Partial<Record<KernelKind, string>>>;

/**
 * Returns the kind of a kernel component from its version, which starts with the name of Debian's
 * kernel: `6.12.1-cloud-amd64-v1.0.0` or `6.12.1-amd64-v1.0.0`.
 */
export function kernelKind(version: string): KernelKind {
  return /-cloud-(?:amd64|arm64)(?:-|$)/.test(version) ? 'cloud' : 'generic';
}

/**
 * Finds the kernels of a release: the one of the set, and one beside it that the same release
 * brought. Kernels of other releases, as on a node, do not count.
 */
export function findKernels(host: Host, directory: string, { haos, kernel }: ReleaseSet): Kernels {
  if (kernel === undefined) return {};
  const beside = host.files
    .list(`${directory}/kernel`)
    .filter((name) => isVersion(name) && name.endsWith(`-${haos}`))
    .filter((name) => host.files.lstat(versionDirectory(directory, 'kernel', name))?.type === 'directory');
  return Object.fromEntries([...beside, kernel].map((version) => [kernelKind(version), version]));
}

/** Returns a set with another kernel, or without one. */
export function withKernel(
  { kernel: _replaced, ...rest }: ReleaseSet,
  kernel: string | undefined,
): ReleaseSet {
  return kernel === undefined ? rest : { ...rest, kernel };
}

/** Returns what a check says if a release does not have the kind of kernel that it needs. */
export function lacksKernel(id: Check['id'], directory: string, kind: KernelKind): Check {
  const other = KERNEL_KINDS.find((name) => name !== kind);
  return failed(
    id,
    `${directory} has no ${kind} kernel, only the ${other} one`,
    `Use a release with the ${kind} kernel, or choose the other one: ` +
      `haos install --kernel ${other}, haos upgrade --kernel-kind ${other}.`,
  );
}
