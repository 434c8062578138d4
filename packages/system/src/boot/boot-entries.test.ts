import { describe, expect, it } from 'vitest';
import type { BootState } from '../upgrade/boot-state.js';
import {
  type BootEntry,
  firstEntry,
  formatEntry,
  parseEntry,
  planRenames,
  stateOfEntries,
} from './boot-entries.js';

const NEW = { haos: 'v2', k3s: 'v1.36.4+k3s1', kernel: '6.12+deb13-cloud-amd64-v2' };
const OLD = { haos: 'v1', kernel: '6.1-v1' };
const SLOTS = { current: NEW, previous: OLD };
const NEW_SET = 'v2/v1.36.4+k3s1/6.12+deb13-cloud-amd64-v2';
const OLD_SET = 'v1/-/6.1-v1';

describe('the name of an entry', () => {
  it.each<[file: string, entry: BootEntry]>([
    ['haos-1-v1,-,6.1-v1.efi', { number: 1, set: OLD_SET }],
    ['haos-12-v2,v1.36.4#k3s1,6.12#deb13-cloud-amd64-v2+2.efi', { number: 12, set: NEW_SET, left: 2 }],
    ['haos-3-v1,-,6.1-v1+1-1.efi', { number: 3, set: OLD_SET, left: 1, done: 1 }],
    ['haos-3-v1,-,6.1-v1+0-2.efi', { number: 3, set: OLD_SET, left: 0, done: 2 }],
    ['haos-3-v1,-,6.1-v1+0.efi', { number: 3, set: OLD_SET, left: 0 }],
    // The last number of a version is no count.
    ['haos-3-v1#3,-,6.1-v1#3.efi', { number: 3, set: 'v1+3/-/6.1-v1+3' }],
  ])('%s', (file, entry) => {
    expect(parseEntry(file)).toEqual(entry);
    expect(formatEntry(entry)).toBe(file);
  });

  it.each([
    '.haos-new',
    'haos.efi',
    'haos-1.efi',
    'haos-x-v1.efi',
    'other-1-v1.efi',
    'haos-1-v1+2.conf',
    'haos-1-v1+x.efi',
  ])('is not %s', (file) => expect(parseEntry(file)).toBeUndefined());
});

describe('systemd-boot', () => {
  const entries = (...files: string[]) =>
    files.map((file) => parseEntry(file) ?? expect.fail(`${file} is not an entry`));

  it.each([
    ['haos-2-b.efi', ['haos-1-a.efi', 'haos-2-b.efi']],
    ['haos-10-b+2.efi', ['haos-9-a.efi', 'haos-10-b+2.efi']],
    ['haos-1-a.efi', ['haos-1-a.efi', 'haos-2-b+0-2.efi']],
    ['haos-1-a.efi', ['haos-1-a.efi', 'haos-2-b+0.efi']],
    ['haos-2-b+0-2.efi', ['haos-1-a+0.efi', 'haos-2-b+0-2.efi']],
  ])('starts %s of %j', (file, files) => {
    const first = firstEntry(entries(...files));
    expect(first && formatEntry(first)).toBe(file);
  });
});

describe('the boot state', () => {
  const entry = (number: number, set: string, left?: number, done?: number): BootEntry => ({
    ...{ number, set },
    ...(left !== undefined && { left }),
    ...(done !== undefined && { done }),
  });
  const trial = { slot: 'current', trial: NEW_SET, tries: 2, good: OLD_SET } as const;

  it.each<[title: string, entries: BootEntry[], memory: BootState, isTrying: boolean, state: BootState]>([
    [
      'of a good node',
      [entry(1, OLD_SET), entry(2, NEW_SET)],
      { slot: 'previous' },
      false,
      { slot: 'current' },
    ],
    [
      'of a set that was not tried yet',
      [entry(1, OLD_SET), entry(2, NEW_SET, 2)],
      trial,
      false,
      { slot: 'current', trial: NEW_SET, tries: 2, good: OLD_SET },
    ],
    [
      'of a set in its first try',
      [entry(1, OLD_SET), entry(2, NEW_SET, 1, 1)],
      trial,
      true,
      { slot: 'current', trial: NEW_SET, tries: 1, good: OLD_SET },
    ],
    [
      'of a set in its last try',
      [entry(1, OLD_SET), entry(2, NEW_SET, 0, 2)],
      trial,
      true,
      { slot: 'current', trial: NEW_SET, tries: 0, good: OLD_SET },
    ],
    [
      'after the last try',
      [entry(1, OLD_SET), entry(2, NEW_SET, 0, 2)],
      trial,
      false,
      { slot: 'previous', good: OLD_SET, failed: NEW_SET },
    ],
    [
      'of a set that is good, if the record was lost',
      [entry(1, OLD_SET), entry(2, NEW_SET)],
      trial,
      false,
      { slot: 'current', good: OLD_SET },
    ],
    [
      'of a set without its boot image',
      [entry(1, OLD_SET)],
      trial,
      false,
      { slot: 'previous', good: OLD_SET },
    ],
    [
      'of a set that was left and is forgotten',
      [entry(1, OLD_SET), entry(2, NEW_SET, 0)],
      { slot: 'previous', good: OLD_SET },
      false,
      { slot: 'previous', good: OLD_SET },
    ],
    [
      'with an entry of neither slot',
      [entry(1, OLD_SET), entry(2, NEW_SET), entry(3, 'v3/-/x')],
      { slot: 'current', failed: 'v3/-/x' },
      false,
      { slot: 'current', failed: 'v3/-/x' },
    ],
  ])('%s', (_title, entries, memory, isTrying, state) => {
    expect(stateOfEntries(memory, { entries, slots: SLOTS, isTrying })).toEqual(state);
  });

  it.each<[title: string, state: BootState, entries: BootEntry[], names: string[]]>([
    [
      'health',
      { slot: 'current', good: NEW_SET },
      [entry(1, OLD_SET), entry(2, NEW_SET, 1, 1)],
      ['haos-1-v1,-,6.1-v1.efi', 'haos-2-v2,v1.36.4#k3s1,6.12#deb13-cloud-amd64-v2.efi'],
    ],
    [
      'a rollback',
      { slot: 'previous', failed: NEW_SET },
      [entry(1, OLD_SET), entry(2, NEW_SET)],
      ['haos-1-v1,-,6.1-v1.efi', 'haos-2-v2,v1.36.4#k3s1,6.12#deb13-cloud-amd64-v2+0-2.efi'],
    ],
    [
      'a rollback to a set that had failed',
      { slot: 'previous', failed: NEW_SET },
      [entry(1, OLD_SET, 0, 2), entry(2, NEW_SET)],
      ['haos-1-v1,-,6.1-v1.efi', 'haos-2-v2,v1.36.4#k3s1,6.12#deb13-cloud-amd64-v2+0-2.efi'],
    ],
    [
      'a second rollback',
      { slot: 'current' },
      [entry(1, OLD_SET), entry(2, NEW_SET, 0, 2)],
      ['haos-1-v1,-,6.1-v1.efi', 'haos-2-v2,v1.36.4#k3s1,6.12#deb13-cloud-amd64-v2.efi'],
    ],
    [
      'forgetting',
      { slot: 'previous' },
      [entry(1, OLD_SET), entry(2, NEW_SET, 0, 2)],
      ['haos-1-v1,-,6.1-v1.efi', 'haos-2-v2,v1.36.4#k3s1,6.12#deb13-cloud-amd64-v2+0.efi'],
    ],
    [
      'a trial, which changes nothing,',
      { slot: 'current', trial: NEW_SET, tries: 1 },
      [entry(1, OLD_SET), entry(2, NEW_SET, 1, 1)],
      ['haos-1-v1,-,6.1-v1.efi', 'haos-2-v2,v1.36.4#k3s1,6.12#deb13-cloud-amd64-v2+1-1.efi'],
    ],
  ])('%s gives the entries new names, with which they say the same', (_title, state, before, names) => {
    let entries = before;
    for (const { from, to } of planRenames(state, before, SLOTS)) {
      entries = entries.map((found) => (found === from ? to : found));
      // A power cut after any rename must leave something good.
      expect(firstEntry(entries)?.left).not.toBe(0);
    }

    expect(entries.map(formatEntry)).toEqual(names);
    expect(stateOfEntries(state, { entries, slots: SLOTS, isTrying: true })).toEqual(state);
    expect(planRenames(state, entries, SLOTS)).toEqual([]);
  });
});
