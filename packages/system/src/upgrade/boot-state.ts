import type { Slot } from '../components.js';
import { formatGrubEnv, parseGrubEnv } from './grub-env.js';

/**
 * How many times a new set may boot before it is confirmed healthy. Early boot of a signed boot
 * image knows it, too: os/overlay/signed/lib/haos/verity.sh.
 */
export const TRIALS = 2;

/** The state that GRUB and HAOS share. Sets have the names of `nameSet`. */
export interface BootState {
  /** The slot that GRUB boots by default. */
  slot: Slot;
  /** The set on trial, which is not confirmed healthy yet. */
  trial?: string;
  /** How many more times GRUB boots it. */
  tries?: number;
  /** The last set that was healthy. */
  good?: string;
  /** The last set that failed or was rolled back; upgrades refuse it until it is forgotten. */
  failed?: string;
}

/** An event in the life of a set. */
export type BootEvent =
  /** An upgrade made the set the current one. */
  | { kind: 'staged'; set: string }
  /** The same if GRUB does not count boots, so that a trial is not possible. */
  | { kind: 'replaced'; set: string }
  /** GRUB shows its menu. `hasPrevious`: a previous set exists to fall back to (the default). */
  | { kind: 'menu'; hasPrevious?: boolean }
  /** GRUB boots the entry of the current slot. */
  | { kind: 'boot' }
  /** The set of this slot is healthy. `onTrial`: GRUB booted it on trial. */
  | { kind: 'healthy'; set: string; slot: Slot; onTrial: boolean }
  /** An upgrade was interrupted before its set was complete, and is undone. */
  | { kind: 'undone'; slot: Slot }
  /**
   * The other slot is to boot. `left` is recorded as failed, so that an automatic upgrade does not
   * install it again.
   */
  | { kind: 'rolled-back'; left: string }
  /** The same if the boot loader does not know slots: the two sets are swapped. */
  | { kind: 'swapped'; left: string; taken: string }
  /** The record of the failed set is deleted, so that it may be tried again. */
  | { kind: 'forgotten' };

/**
 * Returns the state after an event. The script of the boot loader implements only `menu` and
 * `boot`. A set is staged, is on trial for two boots, and is then good or failed.
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
    case 'forgotten':
      return { ...state, failed: undefined };
  }
}

function afterHealth(
  state: BootState,
  { set, slot, onTrial }: Extract<BootEvent, { kind: 'healthy' }>,
): BootState {
  // Another entry was chosen in the menu: this says nothing about the set on trial.
  if (slot !== state.slot) return state;
  // The set was staged after this boot, and the links already name it.
  if (state.trial !== undefined && !onTrial) return state;
  const { trial: _trial, tries: _tries, failed, ...settled } = state;
  return { ...settled, good: set, ...(failed !== undefined && failed !== set && { failed }) };
}

/** Rolling back twice restores the first state. */
function rolledBack({ failed: _failed, ...settled }: BootState, left: string): BootState {
  return settled.slot === 'current'
    ? { ...settled, slot: 'previous', failed: left }
    : { ...settled, slot: 'current' };
}

/** Swapping twice restores the first state. */
function swapped(
  { failed, ...settled }: BootState,
  { left, taken }: Extract<BootEvent, { kind: 'swapped' }>,
): BootState {
  return { ...settled, slot: 'current', ...(failed !== taken && { failed: left }) };
}

/** Names of the variables in the environment block of GRUB. */
const NAMES = {
  slot: 'haos_slot',
  trial: 'haos_trial',
  tries: 'haos_tries',
  good: 'haos_good',
  failed: 'haos_failed',
} as const;

/**
 * Parses the environment block of GRUB. If it is missing or broken, GRUB boots the current slot.
 */
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

/** Returns the block with this state, and keeps other variables in it. */
export function formatBootState(state: BootState, block: Uint8Array = new Uint8Array()): Uint8Array {
  const variables = parseGrubEnv(block);
  for (const [key, name] of Object.entries(NAMES)) {
    const value = state[key as keyof BootState];
    if (value === undefined) variables.delete(name);
    else variables.set(name, String(value));
  }
  return formatGrubEnv(variables);
}

/** Returns the path of the environment block of GRUB: beside the links, on the state partition. */
export function grubEnvPath(directory: string): string {
  return `${directory}/grubenv`;
}
