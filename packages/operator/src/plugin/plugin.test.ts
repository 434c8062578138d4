import { describe, expect, it } from 'vitest';
import type { NodeConfig } from '../objects/node-config.js';
import type { NodeState } from '../objects/node-state.js';
import type { Rollout } from '../objects/rollout.js';
import { Fleet, REBOOT } from '../testing/fleet.js';
import { runFleet } from '../testing/run-fleet.js';
import { explainNode, formatExplanations } from './explain-node.js';
import { describeFleet, formatFleet } from './fleet-status.js';
import { formatDiff, formatDrift, formatPlan } from './node-plan.js';
import { describeRolloutDetails, formatRolloutDetails } from './rollout-details.js';

function planned(): Fleet {
  const fleet = new Fleet([{ name: 'n1' }, { name: 'node-2' }]);
  fleet.config('base', { strategy: 'Rollout', config: { haos: { sysctls: { [REBOOT]: '1' } } } });
  fleet.rollout('go', { target: { config: 'base' }, approval: 'Required' });
  runFleet(fleet);
  return fleet;
}

describe('kubectl haos', () => {
  it('shows the fleet, and why a rollout waits', () => {
    const fleet = planned();
    const { planHash, target } = fleet.get<Rollout>('Rollout', 'go')!.status!;

    expect(
      formatFleet(describeFleet(fleet.snapshot())),
    ).toBe(`NODE    READY  VERSION  CONFIG   ACTION  DRIFT  ROLLOUT
n1      yes    v1       Waiting  Reboot  -      -
node-2  yes    v1       Waiting  Reboot  -      -

CONFIG  PRIORITY  STRATEGY  APPLIED  FAILED  PROBLEM
base    100       Rollout   0/2      -

ROLLOUT  PHASE               WAVE  UPDATED  TARGET                                        BLOCKED
go       WaitingForApproval  -     -        ${target}  WaitingForApproval: to change n1, node-2: kubectl haos rollout approve go, or spec.approvedPlan: ${planHash}
`);
  });

  it('shows where the nodes of a rollout are', () => {
    const fleet = planned();
    fleet.rollout('go', { target: { config: 'base' } });
    runFleet(fleet, { start: new Date('2026-01-05T13:00:00Z') });
    const rollout = fleet.get<Rollout>('Rollout', 'go')!;

    const details = describeRolloutDetails(rollout, fleet.list<NodeState>('NodeState'));

    expect(details).toMatchObject({ phase: 'Complete', wave: '1/1', updated: 2, nodes: 2, blocked: null });
    expect(formatRolloutDetails(details)).toMatch(
      /^NODE +WAVE +STEP +SINCE +REASON\nn1 +1 +Done +2026-01-05T13:\d\d:00Z$/m,
    );
  });

  it('shows the plan, the diff and the drift of a node', () => {
    const state: NodeState = {
      apiVersion: 'haos.io/v1alpha1',
      kind: 'NodeState',
      metadata: { name: 'n1' },
      status: {
        config: { result: 'Waiting' },
        plan: {
          ...{ wanted: 'w', hash: 'h', action: 'Restart', more: 3 },
          operations: [
            { what: 'update file', target: '/etc/a', diff: '-a\n+b' },
            { what: 'restart service', target: 'k3s' },
          ],
        },
        drift: [{ path: '/etc/b', kind: 'Missing', owner: 'NodeConfig/base' }],
      },
    };

    expect(formatPlan(state)).toBe(`n1: k3s restarts; it waits for a Rollout
  update file      /etc/a
  restart service  k3s
  and 3 more
`);
    expect(formatDiff(state)).toBe('update file /etc/a\n-a\n+b\n');
    expect(formatDrift([state])).toBe(`NODE  DRIFT    FILE    FROM
n1    Missing  /etc/b  NodeConfig/base
`);
    expect(formatDrift([])).toBe('nothing has drifted\n');
    expect(formatPlan({ ...state, status: {} })).toBe('n1 has not planned yet\n');
    const earlier = { ...state.status, config: { result: 'Applied', applied: 'v' } as const };
    expect(formatPlan({ ...state, status: earlier })).toContain('it waits for a Rollout');
  });

  it('explains which NodeConfig gives a value, and what it overrides', () => {
    const fleet = new Fleet([{ name: 'n1', labels: { site: 'north' } }]);
    fleet.config('base', { config: { hostname: 'a' } });
    fleet.config('north', {
      ...{ config: { hostname: 'b' }, priority: 200, nodeSelector: { matchLabels: { site: 'north' } } },
    });
    const [node] = fleet.snapshot().nodes;
    const configs = fleet.list<NodeConfig>('NodeConfig');

    expect(formatExplanations(explainNode(node!, configs, 'hostname')!)).toBe(`hostname: "b"
  from NodeConfig/north
  overrides "a" from NodeConfig/base
`);
    expect(explainNode(node!, configs, 'hostnme')).toBeUndefined();
    expect(formatExplanations([])).toBe('no NodeConfig gives it a value\n');
  });
});
