import { describe, expect, it } from 'vitest';
import type { ReleaseSet } from '../components.js';
import { decideIntent, formatIntent, type Intent, type IntentFacts, parseIntent } from './intent.js';

const OLDER: ReleaseSet = { haos: 'v0', kernel: '6.0-v0' };
const OLD: ReleaseSet = { haos: 'v1', k3s: 'v1.30.1+k3s1', kernel: '6.1-v1' };
const NEW: ReleaseSet = { haos: 'v2', k3s: 'v1.30.1+k3s1', kernel: '6.2-v2' };
const INTENT: Intent = {
  before: { current: OLD, previous: OLDER },
  after: { current: NEW, previous: OLD },
  slotBefore: 'current',
};
const SAME_KERNEL: Intent = {
  ...INTENT,
  after: { current: { ...NEW, kernel: '6.1-v1' }, previous: OLD },
};

function facts(some: Partial<IntentFacts>): IntentFacts {
  return { slot: 'current', onTrial: false, kernel: undefined, isThere: () => true, ...some };
}
const lacks = (version: string) => (set: ReleaseSet) => set.haos !== version;

describe('an upgrade that was interrupted', () => {
  it.each<[title: string, intent: Intent, facts: Partial<IntentFacts>, decision: string]>([
    ['is undone before the trial starts', INTENT, {}, 'undo'],
    ['is completed on trial', INTENT, { onTrial: true }, 'complete'],
    ['is undone if the old kernel runs', INTENT, { onTrial: true, kernel: '6.1-v1' }, 'undo'],
    ['is completed if the new kernel runs', INTENT, { kernel: '6.2-v2' }, 'complete'],
    [
      'is completed if the kernel of the new previous set runs',
      INTENT,
      { slot: 'previous', kernel: '6.1-v1' },
      'complete',
    ],
    [
      'is undone if the kernel of the old previous set runs',
      INTENT,
      { slot: 'previous', kernel: '6.0-v0', onTrial: true },
      'undo',
    ],
    [
      'with one kernel is completed only on trial',
      SAME_KERNEL,
      { kernel: '6.1-v1', onTrial: true },
      'complete',
    ],
    ['with one kernel is undone without a trial', SAME_KERNEL, { kernel: '6.1-v1' }, 'undo'],
    ['is undone if the new set is incomplete', INTENT, { onTrial: true, isThere: lacks('v2') }, 'undo'],
    ['is completed if the old set is incomplete', INTENT, { isThere: lacks('v0') }, 'complete'],
    ['is kept if both sets are incomplete', INTENT, { isThere: () => false }, 'keep'],
    [
      'follows the trial flag under a kernel of neither side',
      INTENT,
      { onTrial: true, kernel: '5.0' },
      'complete',
    ],
  ])('%s', (_title, intent, some, decision) => {
    expect(decideIntent(intent, facts(some))).toBe(decision);
  });
});

describe('the intent file', () => {
  it('contains the old and the new version of each component in a format for a shell', () => {
    expect(formatIntent(INTENT)).toBe(
      [
        'haos-intent 1',
        'slot current',
        'haos v1 v0 v2 v1',
        'k3s v1.30.1+k3s1 - v1.30.1+k3s1 v1.30.1+k3s1',
        'kernel 6.1-v1 6.0-v0 6.2-v2 6.1-v1',
        'end\n',
      ].join('\n'),
    );
  });

  it('is read back as it was written', () => {
    const intent: Intent = { ...INTENT, slotBefore: 'previous' };

    expect(parseIntent(formatIntent(intent))).toEqual(intent);
  });

  it.each([
    ['empty', ''],
    ['truncated', formatIntent(INTENT).slice(0, -5)],
    ['of another format', formatIntent(INTENT).replace('intent 1', 'intent 2')],
    ['without a component', formatIntent(INTENT).replace(/^k3s.*\n/m, '')],
  ])('is rejected if it is %s', (_title, text) => {
    expect(parseIntent(text)).toBeUndefined();
  });
});
