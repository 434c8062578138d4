import { COMPONENTS, type ReleaseSet, SLOTS, type Slot, type Slots, setOf } from '../components.js';

/** The changes that an upgrade is about to make to the links, and the links before it. */
export interface Intent {
  before: Slots;
  after: Slots;
  /** The slot that GRUB booted by default before. */
  slotBefore: Slot;
}

/** What to do with an interrupted upgrade. `keep`: neither side is complete, so nothing changes. */
export type IntentDecision = 'complete' | 'undo' | 'keep';

/** The facts that early boot has when it finds an intent. */
export interface IntentFacts {
  /** `haos.slot` of the kernel command line. */
  slot: Slot;
  /** Whether GRUB passed `haos.trial`. */
  onTrial: boolean;
  /** The version of the running kernel component; undefined if unknown. */
  kernel: string | undefined;
  /** Returns whether all versions of a set are installed. */
  isThere(set: ReleaseSet): boolean;
}

/**
 * Decides whether to complete or undo an interrupted upgrade. The kernel that GRUB loaded can no
 * longer change, so it decides: haos and k3s must be the ones that belong to it. If it belongs to
 * both sides, the upgrade counts as done once it is on trial.
 */
export function decideIntent({ before, after }: Intent, facts: IntentFacts): IntentDecision {
  const isWhole = (side: Slots) => SLOTS.every((slot) => facts.isThere(side[slot]));
  const isRunning = (side: Slots) => {
    const { kernel } = side[facts.slot];
    return facts.kernel === undefined || kernel === undefined || kernel === facts.kernel;
  };
  const sides = [
    { decision: 'complete', side: after },
    { decision: 'undo', side: before },
  ] as const;
  const ordered = (facts.onTrial ? sides : sides.toReversed()).filter(({ side }) => isWhole(side));
  return (ordered.find(({ side }) => isRunning(side)) ?? ordered[0])?.decision ?? 'keep';
}

const FIRST_LINE = 'haos-intent 1';
const NONE = '-';

/**
 * Formats an intent for its file, which a shell can read: after the first line comes `slot SLOT`,
 * then per component its name, current and previous before, current and previous after; `-` means
 * none.
 */
export function formatIntent({ before, after, slotBefore }: Intent): string {
  const lines = COMPONENTS.map((component) =>
    [
      component,
      ...[before, after].flatMap((side) => SLOTS.map((slot) => side[slot][component] ?? NONE)),
    ].join(' '),
  );
  return `${[FIRST_LINE, `slot ${slotBefore}`, ...lines, 'end'].join('\n')}\n`;
}

/** Parses an intent file; returns undefined if it is not an intent or is incomplete. */
export function parseIntent(text: string): Intent | undefined {
  const lines = text.trimEnd().split('\n');
  if (lines[0] !== FIRST_LINE || lines.at(-1) !== 'end') return undefined;
  const words = new Map(lines.slice(1, -1).map((line) => [line.split(' ')[0], line.split(' ').slice(1)]));
  if (COMPONENTS.some((component) => words.get(component)?.length !== 4)) return undefined;
  const setAt = (column: number) =>
    setOf((component) => {
      const word = words.get(component)?.[column];
      return word === NONE ? undefined : word;
    });
  return {
    before: { current: setAt(0), previous: setAt(1) },
    after: { current: setAt(2), previous: setAt(3) },
    slotBefore: words.get('slot')?.[0] === 'previous' ? 'previous' : 'current',
  };
}
