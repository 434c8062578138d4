import { createTestHost } from '@haos/host/testing';
import { layout } from '@haos/system';
import { expect, it, onTestFinished } from 'vitest';
import { type PhaseJournal, readJournals, writeJournal } from './journal.js';

const JOURNAL: PhaseJournal = {
  phase: 'boot',
  state: 'done',
  started: 1,
  ended: 2,
  exitStatus: 0,
  issues: [],
  steps: [],
};

it('reads what it wrote, which only root may read', () => {
  const host = createTestHost();
  onTestFinished(() => host.dispose());

  writeJournal(host, JOURNAL);

  expect(readJournals(host)).toEqual([JOURNAL]);
  expect(host.files.stat(`${layout.journal}/boot.json`)?.mode).toBe(0o600);
});

it.each(['', '{', 'null', '[]', '{"phase":"boot"}', '{"phase":"boot","started":1,"steps":7,"issues":[]}'])(
  'leaves out %j, which is not a journal',
  (content) => {
    const host = createTestHost({ tree: { [`${layout.journal}/boot.json`]: content } });
    onTestFinished(() => host.dispose());

    expect(readJournals(host)).toEqual([]);
  },
);
