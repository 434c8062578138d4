import { tokenize } from '@haos/cmdline';
import type { Host } from '@haos/host';
import { inRootOf, layout } from '../layout.js';
import { readFact, readMode } from '../mode.js';
import type { IntentFacts } from './intent.js';

/**
 * Reads what booted: the slot and the trial flag from the kernel command line or the words of the
 * launcher, and the version of the kernel component that early boot recorded. Default: the current
 * slot, not on trial.
 */
export function readBooted(
  host: Pick<Host, 'files'>,
  directory: string = layout.system,
): Omit<IntentFacts, 'isThere'> {
  const words = tokenize(`${readCommandLine(host)} ${readWords(host, directory)}`);
  // As in early boot: the last of a name counts, and a trial is a word without a value.
  const slot = words.findLast(({ name, value }) => name === 'haos.slot' && value !== undefined)?.value;
  return {
    slot: slot === 'previous' ? 'previous' : 'current',
    onTrial: words.some(({ name, value }) => name === 'haos.trial' && value === undefined),
    kernel: readFact(host, layout.runningKernel) || undefined,
  };
}

/**
 * Returns whether the boot loader of a node boots the recorded slot. The menus of HAOS pass
 * `haos.slot` with each entry. Another boot loader, as below an overlay, does not know slots, and
 * its node runs what the links `current` name. Undefined if no HAOS runs from this system
 * directory.
 */
export function choosesSlot(host: Pick<Host, 'files'>, directory: string): boolean | undefined {
  if (readMode(host, directory) === undefined) return undefined;
  return tokenize(readCommandLine(host)).some(
    ({ name, value }) => name === 'haos.slot' && value !== undefined,
  );
}

/**
 * Returns whether the launcher of a node boots the recorded slot, because its boot loader does not
 * know slots.
 */
export function launcherChoosesSlot(host: Pick<Host, 'files'>, directory: string): boolean {
  return tokenize(readWords(host, directory)).some(({ name }) => name === 'haos.slot');
}

function readCommandLine(host: Pick<Host, 'files'>): string {
  return readFact(host, layout.kernelCommandLine) ?? '';
}

/** Returns what the launcher added to the kernel command line; empty if it added nothing. */
function readWords(host: Pick<Host, 'files'>, directory: string): string {
  const path = inRootOf(directory, layout.launcherWords);
  return (path && readFact(host, path)) ?? '';
}
