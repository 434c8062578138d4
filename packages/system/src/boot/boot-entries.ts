import { nameSet, type Slots } from '../components.js';
import { type BootState, TRIALS } from '../upgrade/boot-state.js';

/**
 * A boot image that systemd-boot can start: a file in `EFI/Linux`. Its name says everything:
 * `haos-NUMBER-SET.efi`, or `haos-NUMBER-SET+LEFT-DONE.efi` while its boots are counted
 * (https://systemd.io/AUTOMATIC_BOOT_ASSESSMENT/).
 */
export interface BootEntry {
  /** Higher for a set that was installed later: systemd-boot prefers it. */
  number: number;
  /** In the format of `nameSet`. */
  set: string;
  /**
   * How many more times it is preferred; undefined: it is not counted. With 0, systemd-boot starts
   * it only if nothing else is left.
   */
  left?: number;
  /** How many times it was started since it is counted. */
  done?: number;
}

const NAME = /^haos-(\d{1,9})-([^+]+?)(?:\+(\d{1,9})(?:-(\d{1,9}))?)?\.efi$/;

/** Parses the name of a file; returns undefined if it is not an entry of HAOS. */
export function parseEntry(file: string): BootEntry | undefined {
  const [, number, set = '', left, done] = NAME.exec(file) ?? [];
  if (number === undefined) return undefined;
  return {
    number: Number(number),
    set: set.replaceAll(',', '/').replaceAll('#', '+'),
    ...(left !== undefined && { left: Number(left) }),
    ...(done !== undefined && { done: Number(done) }),
  };
}

/**
 * Returns the name of the file of an entry. FAT does not allow a slash, and the last plus begins
 * the count.
 */
export function formatEntry({ number, set, left, done }: BootEntry): string {
  const count = left === undefined ? '' : `+${left}${done === undefined ? '' : `-${done}`}`;
  return `haos-${number}-${set.replaceAll('/', ',').replaceAll('+', '#')}${count}.efi`;
}

/** Returns the entry of a set; if it was installed more than once, the latest one. */
export function findEntry(entries: readonly BootEntry[], set: string): BootEntry | undefined {
  return entries.filter((entry) => entry.set === set).sort((a, b) => b.number - a.number)[0];
}

/**
 * Returns the entry that systemd-boot starts next: of those with tries left, the one with the
 * highest number; the others only if there is none.
 */
export function firstEntry(entries: readonly BootEntry[]): BootEntry | undefined {
  const isBad = ({ left }: BootEntry) => Number(left === 0);
  return [...entries].sort((a, b) => isBad(a) - isBad(b) || b.number - a.number)[0];
}

/**
 * Returns the boot state of a node that systemd-boot starts. The entries say what boots and how
 * often; GRUB's environment block is only a memory of what was on trial, good and failed.
 *
 * @param facts `isTrying`: the running set is the one on trial. Its last try counts until it ends.
 */
export function stateOfEntries(
  { trial, tries: _tries, failed: remembered, ...rest }: BootState,
  { entries, slots, isTrying }: { entries: readonly BootEntry[]; slots: Slots; isTrying: boolean },
): BootState {
  const left = trial === undefined ? undefined : findEntry(entries, trial)?.left;
  if (trial !== undefined && left !== undefined && (left > 0 || isTrying))
    return { ...rest, failed: remembered, slot: 'current', trial, tries: left };
  const [current, previous] = [nameSet(slots.current), nameSet(slots.previous)];
  const first = firstEntry(entries.filter(({ set }) => set === current || set === previous));
  const entry = findEntry(entries, current);
  const failed = entry && hasFailed(entry) ? current : remembered;
  return { ...rest, failed, slot: first !== undefined && first.set !== current ? 'previous' : 'current' };
}

/** An entry that was forgotten has no tries left either, but used fewer. */
function hasFailed({ left, done = 0 }: BootEntry): boolean {
  return left === 0 && done >= TRIALS;
}

/**
 * Returns an entry for a set that is about to be installed: systemd-boot prefers it to all others.
 *
 * @param left How many times it boots before it is confirmed; undefined: it needs no trial.
 */
export function newEntry(entries: readonly BootEntry[], set: string, left?: number): BootEntry {
  const number = 1 + Math.max(0, ...entries.map((entry) => entry.number));
  return { number, set, ...(left !== undefined && { left }) };
}

/** Returns the entries that belong to none of these sets, or to an earlier installation. */
export function unusedEntries(entries: readonly BootEntry[], sets: readonly string[]): BootEntry[] {
  return entries.filter(
    (entry) => !sets.includes(entry.set) || findEntry(entries, entry.set)?.number !== entry.number,
  );
}

/** A new name of an entry. */
export interface EntryRename {
  from: BootEntry;
  to: BootEntry;
}

/**
 * Returns the new names with which systemd-boot starts what a boot state says, in order: something
 * good is left at any moment. A set on trial keeps its count.
 */
export function planRenames(state: BootState, entries: readonly BootEntry[], slots: Slots): EntryRename[] {
  if (state.trial !== undefined) return [];
  const chosen = findEntry(entries, nameSet(slots[state.slot]));
  const other = state.slot === 'previous' ? findEntry(entries, nameSet(slots.current)) : undefined;
  if (chosen === undefined) return [];
  const renames = [{ from: chosen, to: { number: chosen.number, set: chosen.set } }];
  if (other !== undefined && other !== chosen) renames.push({ from: other, to: leave(other, state) });
  return renames.filter(({ from, to }) => formatEntry(from) !== formatEntry(to));
}

/**
 * Returns an entry that systemd-boot no longer prefers. Its name tells whether it failed: as if all
 * its tries were used. Fewer could become those of a trial, if a person starts it.
 */
function leave({ number, set, done = 0 }: BootEntry, { failed }: BootState): BootEntry {
  return { number, set, left: 0, ...(failed === set && { done: Math.max(done, TRIALS) }) };
}
