import { describe, expect, it } from 'vitest';
import type { Slots } from '../components.js';
import type { UpgradeStatus } from './status.js';
import { upgradeVerdict } from './verdict.js';

const SLOTS: Slots = {
  current: { haos: 'v2', k3s: 'v1.36.4+k3s1', kernel: '6.12-v2' },
  previous: { haos: 'v1', k3s: 'v1.36.4+k3s1', kernel: '6.12-v1' },
};
const NEW = 'v2/v1.36.4+k3s1/6.12-v2';
const OLD = 'v1/v1.36.4+k3s1/6.12-v1';

describe('the verdict on the running set', () => {
  it.each<[string, Partial<UpgradeStatus>, boolean, object]>([
    ['works', { state: { slot: 'current', good: NEW } }, false, { state: 'healthy', running: SLOTS.current }],
    ['was never confirmed', {}, false, { state: 'unconfirmed' }],
    [
      'is on trial',
      { state: { slot: 'current', trial: NEW, tries: 1, good: OLD } },
      true,
      { state: 'on-trial', triesLeft: 1, running: SLOTS.current },
    ],
    [
      'is replaced at the next boot',
      { running: 'previous', state: { slot: 'current', trial: NEW, tries: 2, good: OLD } },
      false,
      { state: 'staged', running: SLOTS.previous },
    ],
    [
      'was rolled back to after another set failed',
      { running: 'previous', state: { slot: 'previous', good: OLD, failed: NEW } },
      false,
      { state: 'healthy', running: SLOTS.previous, failed: NEW },
    ],
    ['was being replaced', { isInterrupted: true }, false, { state: 'interrupted' }],
  ])('%s', (_, changes, onTrial, expected) => {
    const status: UpgradeStatus = {
      slots: SLOTS,
      running: 'current',
      state: { slot: 'current' },
      isInterrupted: false,
      ...changes,
    };

    expect(upgradeVerdict(status, onTrial)).toMatchObject(expected);
  });

  it('names no failure if none is recorded', () => {
    const status: UpgradeStatus = {
      slots: SLOTS,
      running: 'current',
      state: { slot: 'current', good: NEW },
      isInterrupted: false,
    };

    expect(upgradeVerdict(status, false)).not.toHaveProperty('failed');
  });
});
