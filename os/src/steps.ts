import type { Step } from './step.js';
import { chart } from './steps/chart.js';
import { diskImages } from './steps/disk-image.js';
import { initrd } from './steps/initrd.js';
import { installer } from './steps/installer.js';
import { iso } from './steps/iso.js';
import { k3s } from './steps/k3s.js';
import { kernel } from './steps/kernel.js';
import { kernelImage } from './steps/kernel-image.js';
import { licenses } from './steps/licenses.js';
import { netboot } from './steps/netboot.js';
import { node } from './steps/node.js';
import { oci } from './steps/oci.js';
import { operatorImage } from './steps/operator-image.js';
import { rootfs } from './steps/rootfs.js';
import { sbom } from './steps/sbom.js';
import { system } from './steps/system.js';
import { tarball } from './steps/tarball.js';
import { uki } from './steps/uki.js';
import { userland } from './steps/userland.js';

/** Every part of the image, in order of dependency. */
export const steps: readonly Step[] = [
  userland,
  kernel,
  node,
  k3s,
  licenses,
  operatorImage,
  rootfs,
  initrd,
  kernelImage,
  uki,
  system,
  netboot,
  iso,
  ...diskImages,
  tarball,
  oci,
  sbom,
  installer,
  chart,
];
