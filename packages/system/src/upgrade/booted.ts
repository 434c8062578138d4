import type { Host } from '@haos/host';
import { isHaosError } from '@haos/host';
import { inRootOf, layout, MODES, type Mode } from '../layout.js';
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

/**
 * Whether the boot loader of a node takes the slot that is written down for it. The menus that HAOS writes pass `haos.slot` with each
 * entry; another boot loader, as below an overlay, knows no slots, and its node runs what the links `current` name. Undefined where no
 * HAOS runs by this system directory.
 */
export function choosesSlot(host: Pick<Host, 'files'>, directory: string): boolean | undefined {
  if (readModeOf(host, directory) === undefined) return undefined;
  return readFact(host, layout.kernelCommandLine)
    .split(/\s+/)
    .some((word) => word.startsWith('haos.slot='));
}

/** How the node runs that a system directory belongs to; undefined where none runs by it. */
export function readModeOf(host: Pick<Host, 'files'>, directory: string): Mode | undefined {
  const path = inRootOf(directory, layout.mode);
  const word = path && readFact(host, path).trim();
  return MODES.find((mode) => mode === word);
}

function readFact(host: Pick<Host, 'files'>, path: string): string {
  try {
    return host.files.readTextIfExists(path) ?? '';
  } catch (error) {
    if (!isHaosError(error)) throw error;
    return '';
  }
}
