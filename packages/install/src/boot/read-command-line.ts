import type { Host } from '@haos/host';
import { layout } from '@haos/system';

/** Returns the kernel command line of the running system; empty if there is none. */
export function readCommandLine(host: Host): string {
  return host.files.readTextIfExists(layout.kernelCommandLine) ?? '';
}
