import { HaosError } from '@haos/host';
import { describe, expect, it } from 'vitest';
import type { Patch } from '../controller/patch.js';
import { performPatches } from './perform-patches.js';

const node = (name: string, serial: number): Patch => ({
  kind: 'apply',
  manager: 'haos-operator',
  object: { apiVersion: 'v1', kind: 'Node', metadata: { name, resourceVersion: String(serial) } },
});
const config = (name: string): Patch => ({
  kind: 'apply',
  manager: 'haos-operator',
  object: { apiVersion: 'haos.io/v1alpha1', kind: 'NodeConfig', metadata: { name } },
});
const nameOf = (patch: Patch) =>
  patch.kind === 'apply' ? `${patch.object.metadata.name}${patch.object.metadata.resourceVersion ?? ''}` : '';

/** Performs patches; those in `failures` fail. */
async function perform(patches: Patch[], failures: Record<string, Error> = {}, stopAfter = 100) {
  const done: string[] = [];
  const failed: string[] = [];
  const isComplete = await performPatches(patches, {
    mayGoOn: () => done.length < stopAfter,
    onResult: (patch, error) => (error === undefined ? done : failed).push(nameOf(patch)),
    async perform(patch) {
      await Promise.resolve();
      const failure = failures[nameOf(patch)];
      if (failure) throw failure;
    },
  });
  return { done, failed, isComplete };
}

describe('patches', () => {
  it('of one node run in order, and those of no node wait for all before them', async () => {
    const { done, isComplete } = await perform([
      ...[node('a', 1), node('b', 1), node('a', 2), node('b', 2), config('x')],
      ...[node('a', 3)],
    ]);

    expect(isComplete).toBe(true);
    expect(done.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(done.filter((name) => name.startsWith('b'))).toEqual(['b1', 'b2']);
    expect(done.slice(4)).toEqual(['x', 'a3']);
  });

  it('of a node are left out after one failed; others go on', async () => {
    const patches = [node('a', 1), node('a', 2), node('b', 1), config('x')];
    const result = await perform(patches, { a1: new HaosError('HAOS_API_STATUS', 'no') });

    expect(result).toEqual({ done: ['b1', 'x'], failed: ['a1'], isComplete: false });
  });

  it('are all left out if the API server is not there', async () => {
    const result = await perform([config('x'), config('y')], { x: new HaosError('HAOS_HTTP_FAILED', 'no') });

    expect(result).toEqual({ done: [], failed: ['x'], isComplete: false });
  });

  it('are left out when the process no longer leads', async () => {
    const result = await perform([config('x'), config('y'), config('z')], {}, 2);

    expect(result).toEqual({ done: ['x', 'y'], failed: [], isComplete: false });
  });
});
