import { expect, it } from 'vitest';
import { withCleanUp } from './clean-up.js';

async function run(fails: boolean, failingUndo?: string): Promise<{ done: string[]; thrown: unknown }> {
  const done: string[] = [];
  const undo = (name: string) => async () => {
    done.push(name);
    if (name === failingUndo) throw new Error(name);
  };
  const work = withCleanUp(async (cleanUp) => {
    cleanUp.always(undo('first'));
    cleanUp.onError(undo('on error'));
    cleanUp.always(undo('last'));
    if (fails) throw new Error('work');
    return 'result';
  });
  return {
    done,
    thrown: await work.then(
      () => undefined,
      (error) => error,
    ),
  };
}

it('releases everything, last first, after success', async () => {
  expect(await run(false)).toEqual({ done: ['last', 'first'], thrown: undefined });
});

it('reverts half-done changes after a failure', async () => {
  expect(await run(true)).toEqual({ done: ['last', 'on error', 'first'], thrown: new Error('work') });
});

it('continues if a release fails, and throws that failure', async () => {
  expect(await run(false, 'last')).toEqual({
    done: ['last', 'on error', 'first'],
    thrown: new Error('last'),
  });
});

it('throws the first failure', async () => {
  expect((await run(true, 'first')).thrown).toEqual(new Error('work'));
});

it('returns the result of the work', async () => {
  expect(await withCleanUp(async () => 1)).toBe(1);
});
