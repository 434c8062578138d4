import { expect, it } from 'vitest';
import { type Budget, formatDrain, type PodWithConditions, previewDrain } from './drain-preview.js';

function pod(name: string, more: PodWithConditions['status'] = {}, namespace = 'web'): PodWithConditions {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name, namespace, labels: { app: name } },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u', controller: true }],
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], ...more },
  };
}

function budget(name: string, spec: Budget['spec'], status: Budget['status']): Budget {
  const metadata = { name, namespace: 'web' };
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    ...{ spec: spec!, status: status! },
  };
}

const NONE = { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 };
const of = (app: string) => ({ selector: { matchLabels: { app } } });
const broken = { conditions: [{ type: 'Ready', status: 'False' }] };

it.each<[string, PodWithConditions, Budget[], string | null]>([
  ['no budget', pod('a'), [budget('b', of('other'), NONE)], null],
  ['a budget of another namespace', pod('a', {}, 'shop'), [budget('b', of('a'), NONE)], null],
  ['a budget without a selector', pod('a'), [budget('b', {}, NONE)], null],
  ['a budget that allows it', pod('a'), [budget('b', of('a'), { ...NONE, disruptionsAllowed: 1 })], null],
  [
    'a budget that allows nothing',
    pod('a'),
    [budget('b', { selector: {} }, NONE)],
    'b allows no disruption: 1 healthy, 1 needed',
  ],
  ['a pod that waits to start', pod('a', { phase: 'Pending' }), [budget('b', of('a'), NONE)], null],
  ['a broken pod, of which enough others are healthy', pod('a', broken), [budget('b', of('a'), NONE)], null],
  [
    'a broken pod, of which too few others are healthy',
    pod('a', broken),
    [budget('b', of('a'), { ...NONE, currentHealthy: 0 })],
    'b allows no disruption: 0 healthy, 1 needed',
  ],
  [
    'a broken pod that may always leave',
    pod('a', broken),
    [budget('b', { ...of('a'), unhealthyPodEvictionPolicy: 'AlwaysAllow' }, { ...NONE, currentHealthy: 0 })],
    null,
  ],
  [
    'two budgets',
    pod('a'),
    [budget('b', of('a'), NONE), budget('c', { selector: {} }, NONE)],
    'b and c both have it, so it cannot be evicted',
  ],
])('knows whether a pod can leave, with %s', (_, one, budgets, blocked) => {
  expect(previewDrain([one], budgets)).toMatchObject([{ blocked }]);
});

it('shows the pods and what holds them', () => {
  const preview = previewDrain([pod('a'), pod('free')], [budget('b', of('a'), NONE)]);

  expect(formatDrain(preview)).toBe(`a drain would evict 2 pods:
  POD       BUDGET
  web/a     b       b allows no disruption: 1 healthy, 1 needed
  web/free  -       can be evicted now
`);
  expect(formatDrain([])).toBe('a drain would evict no pod\n');
});
