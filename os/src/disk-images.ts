import type { KernelKind } from '@haos/system/internal';
import type { Architecture } from './architecture.js';

/** The formats of disk images, which are the endings of their files. */
export const DISK_IMAGES = ['raw', 'qcow2', 'vmdk', 'vhd'] as const;
export type DiskImage = (typeof DISK_IMAGES)[number];

/**
 * The kernel in the image of each format. A raw image is for sticks and disks of any machine. The
 * others are for hypervisors: Debian's cloud kernel drives the disks and cards that clouds, QEMU
 * and Hyper-V have, and vmxnet3 and PVSCSI of VMware. It has no driver for what VMware and
 * VirtualBox give a system that they do not know: e1000, e1000e, LSI Logic.
 */
const KERNELS: Readonly<Record<DiskImage, KernelKind>> = {
  raw: 'generic',
  qcow2: 'cloud',
  vmdk: 'generic',
  vhd: 'cloud',
};

/** Returns the kernel in an image; a build with one kernel has no choice. */
export function kernelOf(format: DiskImage, built: readonly KernelKind[]): KernelKind {
  return built.find((kind) => kind === KERNELS[format]) ?? built[0] ?? KERNELS[format];
}

/** Returns the name of the step that makes an image. */
export function stepOf(format: DiskImage): string {
  return `image-${format}`;
}

/** Returns the name of an image in a release. */
export function imageFileName(format: DiskImage, architecture: Architecture): string {
  return `haos-${architecture}.${format}`;
}
