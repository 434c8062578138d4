import { COMPONENTS, type ReleaseSet, SLOTS, type Slot, type Slots } from '../components.js';

/** What an upgrade is about to do to the links, and what they were. */
export interface Intent {
  before: Slots;
  after: Slots;
  /** The slot that GRUB took by default before. */
  slotBefore: Slot;
}

/** What an interrupted upgrade is brought to. `keep`: neither side is there as a whole, so nothing is touched. */
export type IntentDecision = 'complete' | 'undo' | 'keep';

/** What early boot knows when it finds an intent. */
export interface IntentFacts {
  /** `haos.slot` of the kernel command line. */
  slot: Slot;
  /** Whether GRUB passed `haos.trial`. */
  onTrial: boolean;
  /** The version of the kernel component that runs; undefined when it is not known. */
  kernel: string | undefined;
  /** Whether all versions of a set are there. */
  isThere(set: ReleaseSet): boolean;
}

/**
 * Whether an interrupted upgrade is completed or undone. The kernel that GRUB loaded cannot be changed any more, so it decides:
 * haos and k3s have to be those that belong to it. When it belongs to both sides, an upgrade counts from the moment
 * on at which it went on trial.
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
 * An intent as the file holds it, for a shell to read: after the first line `slot SLOT`, then per component its name, current and
 * previous before, current and previous after; `-` is none.
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

/** The intent in a file; undefined for a text that is none, or not whole. */
export function parseIntent(text: string): Intent | undefined {
  const lines = text.trimEnd().split('\n');
  if (lines[0] !== FIRST_LINE || lines.at(-1) !== 'end') return undefined;
  const words = new Map(lines.slice(1, -1).map((line) => [line.split(' ')[0], line.split(' ').slice(1)]));
  if (COMPONENTS.some((component) => words.get(component)?.length !== 4)) return undefined;
  const setAt = (column: number): ReleaseSet =>
    Object.fromEntries(
      COMPONENTS.map((component) => [component, words.get(component)?.[column] ?? NONE] as const).filter(
        ([, version]) => version !== NONE,
      ),
    );
  return {
    before: { current: setAt(0), previous: setAt(1) },
    after: { current: setAt(2), previous: setAt(3) },
    slotBefore: words.get('slot')?.[0] === 'previous' ? 'previous' : 'current',
  };
}
