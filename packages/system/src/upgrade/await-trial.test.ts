import { createTestHost } from '@haos/host/testing';
import { expect, it, onTestFinished } from 'vitest';
import { layout } from '../layout.js';
import { awaitTrial, isOnTrial } from './await-trial.js';
import { formatBootState } from './boot-state.js';

const SYSTEM = '/host/haos/system';

function nodeWith(running: string | undefined, trial: string | undefined) {
  const state = { slot: 'current', ...(trial && { trial, tries: 1 }) } as const;
  const host = createTestHost({
    tree: {
      [`${SYSTEM}/grubenv`]: formatBootState(state),
      ...(running && { [`/host${layout.runningSet}`]: running }),
    },
  });
  onTestFinished(() => host.dispose());
  return host;
}

it.each([
  ['the running set is on trial', 'v2/-/6', 'v2/-/6', true],
  ['another set is on trial, which has not booted yet', 'v1/-/6', 'v2/-/6', false],
  ['nothing is on trial', 'v2/-/6', undefined, false],
  ['nothing runs from the directory', undefined, 'v2/-/6', false],
])('%s: %s of %s is %s', (_, running, trial, expected) => {
  expect(isOnTrial(nodeWith(running, trial), SYSTEM)).toBe(expected);
});

it('waits until the node has ended the trial', async () => {
  const host = nodeWith('v2/-/6', 'v2/-/6');
  const sleep = host.clock.sleep;
  host.clock.sleep = async (milliseconds, signal) => {
    await sleep(milliseconds, signal);
    if (host.clock.sleeps.length === 3)
      host.files.write(`${SYSTEM}/grubenv`, formatBootState({ slot: 'current' }));
  };

  await awaitTrial(host, SYSTEM);

  expect(host.clock.sleeps).toEqual([3_000, 3_000, 3_000]);
});

it('stops when it is aborted', async () => {
  const host = nodeWith('v2/-/6', 'v2/-/6');

  await expect(awaitTrial(host, SYSTEM, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
});
