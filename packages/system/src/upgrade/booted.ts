import { isHaosError } from '../errors.js';
import type { Host } from '../host/types.js';
import { layout } from '../layout.js';
import type { IntentFacts } from './intent.js';

/**
 * What GRUB booted: the slot and whether it is on trial, from the kernel command line, and the version of the kernel
 * component, which early boot wrote down. Where there is nothing to read it is the current slot, not on trial.
 */
export function readBooted(host: Pick<Host, 'files'>): Omit<IntentFacts, 'isThere'> {
  const words = readFact(host, layout.kernelCommandLine).split(/\s+/);
  return {
    slot: words.includes('haos.slot=previous') ? 'previous' : 'current',
    onTrial: words.some((word) => word === 'haos.trial' || word === 'haos.trial=true'),
    kernel: readFact(host, layout.runningKernel).trim() || undefined,
  };
}

function readFact(host: Pick<Host, 'files'>, path: string): string {
  try {
    return host.files.readTextIfExists(path) ?? '';
  } catch (error) {
    if (!isHaosError(error)) throw error;
    return '';
  }
}
