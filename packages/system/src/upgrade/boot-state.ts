import type { Host } from '@haos/host';
import type { Slot } from '../components.js';
import { layout } from '../layout.js';
import { formatGrubEnv, parseGrubEnv } from './grub-env.js';

/** How many times a new set may be booted before it has shown that it works. */
export const TRIALS = 2;

/** What GRUB and HAOS tell each other. Sets are named as by `nameSet`. */
export interface BootState {
  /** The slot that GRUB takes by default. */
  slot: Slot;
  /** The set that has not shown yet that it works. */
  trial?: string;
  /** How many times GRUB will still boot it. */
  tries?: number;
  /** The last set that worked. */
  good?: string;
  /** The last set that did not, or was left by a rollback; it is refused until forgotten. */
  failed?: string;
}

/** What happens to a set. */
export type BootEvent =
  /** An upgrade made the set the current one. */
  | { kind: 'staged'; set: string }
  /** The same where GRUB does not count boots, and so nothing can be on trial. */
  | { kind: 'replaced'; set: string }
  /** GRUB shows its menu; `hasPrevious`: there is a previous set to go back to, which is the default. */
  | { kind: 'menu'; hasPrevious?: boolean }
  /** GRUB boots the entry of the current slot. */
  | { kind: 'boot' }
  /** The set of this slot works; `onTrial`: GRUB booted it as one that has to show so. */
  | { kind: 'healthy'; set: string; slot: Slot; onTrial: boolean }
  /** An upgrade that was interrupted before the set was complete is undone. */
  | { kind: 'undone'; slot: Slot }
  /** The other slot is wanted, and why the set that is left should not come back by itself. */
  | { kind: 'rolled-back'; left: string }
  /** The same where the boot loader knows no slots: the sets changed places. */
  | { kind: 'swapped'; left: string; taken: string }
  /** The failed set may be tried again. */
  | { kind: 'forgotten' };

/**
 * The state after an event. `menu` and `boot` are what the boot loader's script does; it does nothing else.
 * A set is staged, on trial with two boots to show that it works, and then good or failed.
 */
export function nextBootState(state: BootState, event: BootEvent): BootState {
  const { trial, tries = 0, ...settled } = state;
  switch (event.kind) {
    case 'staged':
      return { ...settled, slot: 'current', trial: event.set, tries: TRIALS };
    case 'replaced':
      return { ...settled, slot: 'current' };
    case 'menu':
      return trial !== undefined && tries <= 0 && event.hasPrevious !== false
        ? { ...settled, slot: 'previous', failed: trial }
        : state;
    case 'boot':
      return trial === undefined ? state : { ...state, tries: Math.max(tries - 1, 0) };
    case 'healthy':
      return afterHealth(state, event);
    case 'undone':
      return { ...settled, slot: event.slot };
    case 'rolled-back':
      return rolledBack(settled, event.left);
    case 'swapped':
      return swapped(settled, event);
    case 'forgotten': {
      const { failed: _failed, ...rest } = state;
      return rest;
    }
  }
}

function afterHealth(
  state: BootState,
  { set, slot, onTrial }: Extract<BootEvent, { kind: 'healthy' }>,
): BootState {
  // Somebody chose the other entry in the menu: this says nothing about what is on trial.
  if (slot !== state.slot) return state;
  // It was staged after this boot, and the links name it already.
  if (state.trial !== undefined && !onTrial) return state;
  const { trial: _trial, tries: _tries, failed, ...settled } = state;
  return { ...settled, good: set, ...(failed !== undefined && failed !== set && { failed }) };
}

/** Going back and forth again ends where it began. */
function rolledBack({ failed: _failed, ...settled }: BootState, left: string): BootState {
  return settled.slot === 'current'
    ? { ...settled, slot: 'previous', failed: left }
    : { ...settled, slot: 'current' };
}

/** Here, too. */
function swapped(
  { failed, ...settled }: BootState,
  { left, taken }: Extract<BootEvent, { kind: 'swapped' }>,
): BootState {
  return { ...settled, slot: 'current', ...(failed !== taken && { failed: left }) };
}

/** Names of the variables in GRUB's environment block. */
const NAMES = {
  slot: 'haos_slot',
  trial: 'haos_trial',
  tries: 'haos_tries',
  good: 'haos_good',
  failed: 'haos_failed',
} as const;

/** What GRUB's environment block says; a missing or broken one says nothing, and GRUB takes the current slot. */
export function parseBootState(block: Uint8Array): BootState {
  const variables = parseGrubEnv(block);
  const text = (name: keyof typeof NAMES) => variables.get(NAMES[name]) || undefined;
  const [trial, good, failed] = [text('trial'), text('good'), text('failed')];
  const tries = Number(text('tries') ?? 0);
  return {
    slot: text('slot') === 'previous' ? 'previous' : 'current',
    ...(trial !== undefined && { trial, tries: Number.isSafeInteger(tries) ? tries : 0 }),
    ...(good !== undefined && { good }),
    ...(failed !== undefined && { failed }),
  };
}

/** The block with a state; variables of others in it stay. */
export function formatBootState(state: BootState, block: Uint8Array = new Uint8Array()): Uint8Array {
  const variables = parseGrubEnv(block);
  for (const [key, name] of Object.entries(NAMES)) {
    const value = state[key as keyof BootState];
    if (value === undefined) variables.delete(name);
    else variables.set(name, String(value));
  }
  return formatGrubEnv(variables);
}

/** Where GRUB's environment block of a system directory lies: beside the links, on the state partition. */
export function grubEnvPath(directory: string): string {
  return `${directory}/grubenv`;
}

/** The boot state of a system directory. */
export function readBootState(host: Host, directory: string = layout.system): BootState {
  return parseBootState(readBlock(host, directory));
}

/**
 * Writes the boot state into the blocks that hold it, as GRUB itself does: GRUB reads the file system without its journal, and would
 * find a file that was just replaced empty after a power cut. What is set lies in the first sector, which a disk writes at once.
 */
export function writeBootState(host: Host, state: BootState, directory: string = layout.system): void {
  host.files.write(grubEnvPath(directory), formatBootState(state, readBlock(host, directory)), {
    mode: 0o600,
    inPlace: true,
  });
}

function readBlock(host: Host, directory: string): Uint8Array {
  const path = grubEnvPath(directory);
  return host.files.stat(path)?.type === 'file' ? host.files.read(path) : new Uint8Array();
}
