import type { KernelKind } from '@haos/system/internal';

/** The kinds of kernel to choose from; as text, because the table of commands loads no packages. */
export const KERNEL_CHOICES = ['generic', 'cloud'] as const satisfies readonly KernelKind[];
