import { describe, expect, it } from 'vitest';
import {
  type BootEvent,
  type BootState,
  formatBootState,
  nextBootState,
  parseBootState,
} from './boot-state.js';
import { formatGrubEnv, parseGrubEnv } from './grub-env.js';

const MENU: BootEvent = { kind: 'menu' };
const BOOT: BootEvent = { kind: 'boot' };
const START: BootState = { slot: 'current', good: 'v1' };

describe('the state of booting', () => {
  it.each<[title: string, before: BootState, event: BootEvent, after: BootState]>([
    [
      'a new set is on trial with two tries',
      { slot: 'previous', good: 'v1', failed: 'v0' },
      { kind: 'staged', set: 'v2' },
      { slot: 'current', good: 'v1', failed: 'v0', trial: 'v2', tries: 2 },
    ],
    [
      'the menu does not change a trial',
      { slot: 'current', trial: 'v2', tries: 1 },
      MENU,
      { slot: 'current', trial: 'v2', tries: 1 },
    ],
    [
      'a boot uses up a try',
      { slot: 'current', trial: 'v2', tries: 2 },
      BOOT,
      { slot: 'current', trial: 'v2', tries: 1 },
    ],
    ['a boot without a trial is not counted', START, BOOT, START],
    [
      'a set without tries has failed',
      { slot: 'current', good: 'v1', trial: 'v2', tries: 0 },
      MENU,
      { slot: 'previous', good: 'v1', failed: 'v2' },
    ],
    [
      'a set without tries is tried again if no previous set exists',
      { slot: 'current', trial: 'v2', tries: 0 },
      { kind: 'menu', hasPrevious: false },
      { slot: 'current', trial: 'v2', tries: 0 },
    ],
    [
      'a healthy boot ends the trial',
      { slot: 'current', good: 'v1', trial: 'v2', tries: 1 },
      { kind: 'healthy', set: 'v2', slot: 'current', onTrial: true },
      { slot: 'current', good: 'v2' },
    ],
    [
      'a healthy boot of a failed set deletes the failure',
      { slot: 'current', trial: 'v2', tries: 1, failed: 'v2' },
      { kind: 'healthy', set: 'v2', slot: 'current', onTrial: true },
      { slot: 'current', good: 'v2' },
    ],
    [
      'a healthy boot after a rollback keeps the failure',
      { slot: 'previous', failed: 'v2' },
      { kind: 'healthy', set: 'v1', slot: 'previous', onTrial: false },
      { slot: 'previous', good: 'v1', failed: 'v2' },
    ],
    [
      'a healthy boot of another menu entry changes nothing',
      { slot: 'current', trial: 'v2', tries: 1 },
      { kind: 'healthy', set: 'v1', slot: 'previous', onTrial: false },
      { slot: 'current', trial: 'v2', tries: 1 },
    ],
    [
      'health of the boot before a set was staged says nothing about that set',
      { slot: 'current', good: 'v1', trial: 'v2', tries: 2 },
      { kind: 'healthy', set: 'v2', slot: 'current', onTrial: false },
      { slot: 'current', good: 'v1', trial: 'v2', tries: 2 },
    ],
    [
      'health after an upgrade that early boot undid ends its trial',
      { slot: 'current', trial: 'v2', tries: 1 },
      { kind: 'healthy', set: 'v1', slot: 'current', onTrial: true },
      { slot: 'current', good: 'v1' },
    ],
    [
      'an upgrade that is undone is not on trial',
      { slot: 'current', good: 'v1', trial: 'v2', tries: 1 },
      { kind: 'undone', slot: 'current' },
      START,
    ],
    [
      'a rollback boots the other slot and records the set it left',
      { slot: 'current', good: 'v2', trial: 'v2', tries: 1 },
      { kind: 'rolled-back', left: 'v2' },
      { slot: 'previous', good: 'v2', failed: 'v2' },
    ],
    [
      'a second rollback switches back',
      { slot: 'previous', failed: 'v2' },
      { kind: 'rolled-back', left: 'v1' },
      { slot: 'current' },
    ],
    [
      'a failure can be forgotten',
      { slot: 'previous', failed: 'v2' },
      { kind: 'forgotten' },
      { slot: 'previous' },
    ],
  ])('%s', (_title, before, event, after) => {
    expect(nextBootState(before, event)).toEqual(after);
  });

  it('boots a set that never works twice, and then always the previous one', () => {
    const booted: string[] = [];
    let state = nextBootState(START, { kind: 'staged', set: 'v2' });
    for (let boot = 0; boot < 5; boot += 1) {
      state = nextBootState(state, MENU);
      booted.push(state.slot);
      if (state.slot === 'current') state = nextBootState(state, BOOT);
    }

    expect(booted).toEqual(['current', 'current', 'previous', 'previous', 'previous']);
    expect(state).toEqual({ slot: 'previous', good: 'v1', failed: 'v2' });
  });

  it('is stored in the environment block beside other variables', () => {
    const state: BootState = { slot: 'previous', trial: 'v2/-/6.1-v2', tries: 1, good: 'v1', failed: 'v0' };
    const block = formatBootState(state, formatGrubEnv(new Map([['other', '1']])));

    expect(parseBootState(block)).toEqual(state);
    expect(parseGrubEnv(formatBootState({ slot: 'current' }, block))).toEqual(
      new Map([
        ['other', '1'],
        ['haos_slot', 'current'],
      ]),
    );
  });

  it.each([
    ['no block', ''],
    ['emptied variables', '# GRUB Environment Block\nhaos_slot=\nhaos_trial=\nhaos_tries=\n'],
  ])('is the current slot without a trial for %s', (_title, block) => {
    expect(parseBootState(Buffer.from(block))).toEqual({ slot: 'current' });
  });

  it('has no tries left if they cannot be read', () => {
    const block = formatGrubEnv(new Map(Object.entries({ haos_trial: 'v2', haos_tries: 'x' })));

    expect(nextBootState(parseBootState(block), MENU)).toEqual({ slot: 'previous', failed: 'v2' });
  });
});
