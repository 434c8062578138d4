import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node } from '../objects/metadata.js';
import { API_VERSION } from '../objects/names.js';
import type { NodeState } from '../objects/node-state.js';
import type { Rollout, RolloutSpec } from '../objects/rollout.js';
import { BROKEN_VERSION, Fleet, POISON, REBOOT, type SimulatedNode } from '../testing/fleet.js';
import { runFleet } from '../testing/run-fleet.js';
import { stepOf } from './node-step.js';

const TARGET = { config: 'base' };

function fleetOf(nodes: readonly SimulatedNode[], sysctl = 'vm.swappiness'): Fleet {
  const fleet = new Fleet(nodes);
  fleet.config('base', { strategy: 'Rollout', config: { haos: { sysctls: { [sysctl]: '1' } } } });
  return fleet;
}

function agents(count: number, more: Partial<SimulatedNode> = {}): SimulatedNode[] {
  return Array.from({ length: count }, (_, index) => ({ name: `n${index + 1}`, ...more }));
}

function servers(count: number): SimulatedNode[] {
  return Array.from({ length: count }, (_, index) => ({ name: `s${index + 1}`, isServer: true }));
}

function start(fleet: Fleet, spec: Partial<RolloutSpec> = {}): void {
  fleet.rollout('go', { target: TARGET, ...spec });
}

function stepsOf(fleet: Fleet): Record<string, string | undefined> {
  return Object.fromEntries(
    fleet.nodes.map(({ name }) => {
      const state = fleet.get<NodeState>('NodeState', name);
      return [name, state && stepOf(state)?.step];
    }),
  );
}

function statusOf(fleet: Fleet) {
  return fleet.get<Rollout>('Rollout', 'go')?.status;
}

function blockedOf(fleet: Fleet) {
  return statusOf(fleet)?.conditions?.find(({ type }) => type === 'Blocked');
}

function cordons(fleet: Fleet): string[] {
  return fleet
    .list<Node>('Node')
    .filter(({ spec }) => spec?.unschedulable)
    .map(({ metadata }) => metadata.name);
}

describe('a rollout of a configuration', () => {
  it('changes nothing before there is a Rollout, but nodes plan', () => {
    const fleet = fleetOf(agents(2));

    runFleet(fleet);

    for (const { status } of fleet.list<NodeState>('NodeState'))
      expect(status?.config).toMatchObject({ result: 'Waiting' });
    expect(stepsOf(fleet)).toEqual({ n1: undefined, n2: undefined });
  });

  it('changes all nodes, one at a time, and takes its cordons back', () => {
    const fleet = fleetOf(agents(3), REBOOT);
    start(fleet);

    runFleet(fleet, { check: () => expect(fleet.changing().length).toBeLessThanOrEqual(1) });

    expect(stepsOf(fleet)).toEqual({ n1: 'Done', n2: 'Done', n3: 'Done' });
    expect(statusOf(fleet)).toMatchObject({
      phase: 'Complete',
      waves: [{ nodes: 3, updated: 3, failed: 0 }],
    });
    expect(cordons(fleet)).toEqual([]);
    expect(blockedOf(fleet)?.status).toBe('False');
  });

  it('drains a node whose plan needs a reboot only since it has its wave', () => {
    const fleet = fleetOf(agents(2));
    start(fleet, { waves: [{ count: 1 }] });
    const drained = new Set<string>();
    const replan = () => {
      const { metadata, status } = fleet.get<NodeState>('NodeState', 'n2') ?? {};
      if (metadata === undefined || !status?.plan || stepsOf(fleet).n2 !== 'Pending') return;
      const object = { apiVersion: API_VERSION, kind: 'NodeState', metadata: { name: 'n2' } };
      const plan = { ...status.plan, action: 'Reboot' };
      fleet.perform({
        kind: 'apply',
        manager: 'haos-agent',
        subresource: 'status',
        object: { ...object, ...{ status: { ...status, plan } } },
      });
    };

    runFleet(fleet, {
      before: replan,
      check: (_, patch) => {
        if (patch.kind === 'drain') drained.add(patch.node);
      },
    });

    expect([...drained]).toEqual(['n2']);
    expect(stepsOf(fleet)).toEqual({ n1: 'Done', n2: 'Done' });
    expect(cordons(fleet)).toEqual([]);
  });

  it('changes servers first, and none while another is not a voter', () => {
    const fleet = fleetOf([...agents(2), ...servers(3)], REBOOT);
    fleet.nodes.find(({ name }) => name === 's3')!.isReady = false;
    start(fleet, { maxUnavailable: 3 });

    runFleet(fleet, { calls: 20 });
    expect(fleet.changing()).toEqual([]);
    expect(blockedOf(fleet)).toMatchObject({
      status: 'True',
      reason: 'Quorum',
      message: 'server s3 is not Ready',
    });

    fleet.nodes.find(({ name }) => name === 's3')!.isReady = true;
    const order: string[] = [];
    runFleet(fleet, {
      check: () => {
        for (const name of fleet.changing()) if (!order.includes(name)) order.push(name);
        expect(fleet.changing().filter((name) => name.startsWith('s')).length).toBeLessThanOrEqual(1);
      },
    });
    expect(order.slice(0, 3)).toEqual(['s1', 's2', 's3']);
    expect(Object.values(stepsOf(fleet))).toEqual(['Done', 'Done', 'Done', 'Done', 'Done']);
  });

  it('stops in the first wave and takes it back, if a node cannot live with it', () => {
    const fleet = fleetOf(agents(5), POISON);
    start(fleet, { waves: [{ count: 1 }, { percent: 40 }] });

    runFleet(fleet);

    expect(stepsOf(fleet)).toEqual({
      n1: 'RolledBack',
      n2: 'Pending',
      n3: 'Pending',
      n4: 'Pending',
      n5: 'Pending',
    });
    expect(statusOf(fleet)).toMatchObject({ phase: 'Failed', wave: 1 });
    expect(statusOf(fleet)?.waves?.map(({ nodes }) => nodes)).toEqual([1, 2, 2]);
    expect(blockedOf(fleet)).toMatchObject({
      reason: 'NodeFailed',
      message: expect.stringContaining('n1: Reverted'),
    });
  });

  it('starts again when the configuration is repaired', () => {
    const fleet = fleetOf(agents(2), POISON);
    start(fleet);
    const now = runFleet(fleet);

    fleet.config('base', { strategy: 'Rollout', config: { haos: { sysctls: { 'vm.good': '1' } } } });
    runFleet(fleet, { start: now });

    expect(stepsOf(fleet)).toEqual({ n1: 'Done', n2: 'Done' });
    expect(statusOf(fleet)?.phase).toBe('Complete');
  });

  it('with approval does nothing until the plan that it shows is approved', () => {
    const fleet = fleetOf(agents(3));
    start(fleet, { approval: 'Required' });
    const now = runFleet(fleet);
    expect(statusOf(fleet)?.phase).toBe('WaitingForApproval');
    expect(Object.values(stepsOf(fleet))).toEqual([undefined, undefined, undefined]);
    const planHash = statusOf(fleet)!.planHash!;

    start(fleet, { approval: 'Required', approvedPlan: 'another' });
    const later = runFleet(fleet, { start: now });
    expect(statusOf(fleet)?.phase).toBe('WaitingForApproval');

    start(fleet, { approval: 'Required', approvedPlan: planHash });
    runFleet(fleet, { start: later });
    expect(statusOf(fleet)?.phase).toBe('Complete');
  });

  it('voids an approval when the configuration changes', () => {
    const fleet = fleetOf(agents(2));
    start(fleet, { approval: 'Required' });
    const now = runFleet(fleet);
    const planHash = statusOf(fleet)!.planHash!;
    fleet.config('base', { strategy: 'Rollout', config: { haos: { sysctls: { 'vm.other': '1' } } } });
    start(fleet, { approval: 'Required', approvedPlan: planHash });

    runFleet(fleet, { start: now });

    expect(statusOf(fleet)?.phase).toBe('WaitingForApproval');
    expect(statusOf(fleet)?.planHash).not.toBe(planHash);
  });

  it('leaves the cordon of a person, counts that node, and says so', () => {
    const fleet = fleetOf(agents(2), REBOOT);
    fleet.nodes[0]!.isCordoned = true;
    start(fleet);

    runFleet(fleet);

    expect(fleet.changing()).toEqual([]);
    expect(blockedOf(fleet)).toMatchObject({
      reason: 'MaxUnavailable',
      message: expect.stringContaining('n1 is cordoned'),
    });
  });

  it('waits outside of its window, and says when it opens', () => {
    const fleet = fleetOf(agents(1));
    start(fleet, { windows: [{ days: ['Tue'], start: '02:00', durationMinutes: 60 }] });

    const now = runFleet(fleet);
    expect(stepsOf(fleet)).toEqual({ n1: 'Pending' });
    expect(blockedOf(fleet)).toMatchObject({
      reason: 'WindowClosed',
      message: 'the next window opens at 2026-01-06T02:00:00Z',
    });

    runFleet(fleet, { start: new Date('2026-01-06T02:30:00Z') });
    expect(now < new Date('2026-01-06T02:00:00Z')).toBe(true);
    expect(stepsOf(fleet)).toEqual({ n1: 'Done' });
  });

  it('says which budget holds a drain, and gives up in time', () => {
    const fleet = fleetOf(agents(2), REBOOT);
    fleet.nodes[0]!.budget = 'PodDisruptionBudget web/web allows no eviction';
    start(fleet, { stepTimeoutSeconds: 600 });

    runFleet(fleet, { calls: 8 });
    expect(blockedOf(fleet)).toMatchObject({
      reason: 'DrainBlocked',
      message: expect.stringContaining('web/web'),
    });

    runFleet(fleet, { start: new Date('2026-01-05T12:30:00Z') });
    expect(statusOf(fleet)?.phase).toBe('Failed');
    expect(cordons(fleet)).toEqual([]);
  });

  it('leaves the cordon of a person who was faster', () => {
    const fleet = fleetOf(agents(2), REBOOT);
    start(fleet);

    runFleet(fleet, {
      before: () => {
        const state = fleet.get<NodeState>('NodeState', 'n1');
        const step = state && stepOf(state)?.step;
        if (step === 'Drain') fleet.nodes[0]!.isCordoned = true;
      },
      check: (_, patch) => expect(patch).not.toMatchObject({ kind: 'cordon', node: 'n1' }),
    });

    expect(stepsOf(fleet)).toMatchObject({ n1: 'Done' });
  });

  it('does not touch a node that a person uncordons meanwhile', () => {
    const fleet = fleetOf(agents(2), REBOOT);
    fleet.nodes[0]!.budget = 'none';
    start(fleet, { onFailure: 'Stop' });
    runFleet(fleet, { calls: 8 });
    expect(cordons(fleet)).toEqual(['n1']);

    fleet.uncordon('n1');
    runFleet(fleet);

    expect(stepsOf(fleet)).toMatchObject({ n1: 'Failed' });
    expect(fleet.get<NodeState>('NodeState', 'n1')?.status?.config?.result).toBe('Waiting');
  });

  it('pauses: nothing new starts', () => {
    const fleet = fleetOf(agents(2));
    start(fleet, { paused: true });
    const now = runFleet(fleet);
    expect(statusOf(fleet)?.phase).toBe('Paused');
    expect(stepsOf(fleet)).toEqual({ n1: undefined, n2: undefined });

    start(fleet);
    runFleet(fleet, { start: now });
    expect(statusOf(fleet)?.phase).toBe('Complete');
  });

  it('is Aborted when the last node has finished and is uncordoned', () => {
    const fleet = fleetOf(agents(2), REBOOT);
    start(fleet);
    let isAborted = false;

    runFleet(fleet, {
      before: () => {
        if (isAborted || stepsOf(fleet).n1 !== 'Apply') return;
        isAborted = true;
        start(fleet, { aborted: true });
      },
      check: () => {
        if (statusOf(fleet)?.phase === 'Aborted')
          expect([...cordons(fleet), ...fleet.changing()]).toEqual([]);
      },
    });

    expect(stepsOf(fleet)).toEqual({ n1: 'Done', n2: 'Aborted' });
    expect(statusOf(fleet)?.phase).toBe('Aborted');
  });

  it('is aborted: what was not changed is uncordoned and stays, what has begun ends', () => {
    const fleet = fleetOf(agents(4), REBOOT);
    fleet.nodes[1]!.budget = 'none';
    start(fleet, { maxUnavailable: 1 });
    const now = runFleet(fleet, { calls: 14 });
    expect(stepsOf(fleet)).toEqual({ n1: 'Done', n2: 'Drain', n3: 'Pending', n4: 'Pending' });

    start(fleet, { maxUnavailable: 1, aborted: true });
    runFleet(fleet, { start: now });

    expect(stepsOf(fleet)).toEqual({ n1: 'Done', n2: 'Aborted', n3: 'Aborted', n4: 'Aborted' });
    expect(statusOf(fleet)?.phase).toBe('Aborted');
    expect(cordons(fleet)).toEqual([]);
  });

  it('that is deleted leaves no cordon', () => {
    const fleet = fleetOf(agents(2), REBOOT);
    fleet.nodes[0]!.budget = 'none';
    start(fleet);
    const now = runFleet(fleet, { calls: 8 });
    expect(cordons(fleet)).toEqual(['n1']);

    fleet.remove('Rollout', 'go');
    runFleet(fleet, { start: now });

    expect(cordons(fleet)).toEqual([]);
    expect(stepsOf(fleet)).toEqual({ n1: 'Aborted', n2: 'Aborted' });
  });

  it('bakes, and fails the wave of a node that falls ill meanwhile', () => {
    const fleet = fleetOf(agents(4));
    start(fleet, { waves: [{ count: 2 }], gate: { bakeSeconds: 600 }, maxUnavailable: 2 });
    const now = runFleet(fleet, { calls: 10 });
    expect(statusOf(fleet)).toMatchObject({ phase: 'Baking', wave: 1 });

    fleet.nodes[0]!.isReady = false;
    const later = runFleet(fleet, { start: now, calls: 5 });
    fleet.nodes[0]!.isReady = true;
    runFleet(fleet, { start: later });

    expect(stepsOf(fleet)).toEqual({ n1: 'RolledBack', n2: 'RolledBack', n3: 'Pending', n4: 'Pending' });
    expect(statusOf(fleet)?.phase).toBe('Failed');
  });

  it('asks its probes before the next wave', () => {
    const fleet = fleetOf(agents(2));
    const url = 'http://shop.example/healthz';
    start(fleet, { waves: [{ count: 1 }], gate: { httpProbes: [{ url }] }, stepTimeoutSeconds: 600 });
    fleet.probes.set(url, { ok: false, at: '2026-01-05T13:00:00Z', message: '503' });
    const now = runFleet(fleet, { calls: 10 });
    expect(blockedOf(fleet)).toMatchObject({ reason: 'GateFailed', message: expect.stringContaining('503') });
    expect(stepsOf(fleet)).toEqual({ n1: 'Done', n2: 'Pending' });

    fleet.probes.set(url, { ok: true, at: '2026-01-05T13:00:00Z', message: '200' });
    runFleet(fleet, { start: now });
    expect(statusOf(fleet)?.phase).toBe('Complete');
  });

  it.each([
    [[0.2, 7], { max: 1 }, 'has 7, above 1'],
    [[0.2], { min: 0.5 }, 'has 0.2, below 0.5'],
    [[Number.NaN], { max: 1 }, 'has NaN, above 1'],
    [[], { max: 1 }, 'has no result'],
  ])('waits while a query has %j with the limits %j, and fails the wave in time', (values, limits, why) => {
    const fleet = fleetOf(agents(2));
    const query = { url: 'http://prometheus.example', query: 'errors', ...limits };
    start(fleet, { waves: [{ count: 1 }], gate: { promQueries: [query] }, stepTimeoutSeconds: 600 });
    const answer = { ok: true, at: '2026-01-05T13:00:00Z', message: '200' };
    fleet.probes.set('http://prometheus.example/api/v1/query?query=errors', { ...answer, values });
    const now = runFleet(fleet, { calls: 10 });
    expect(blockedOf(fleet)).toMatchObject({
      reason: 'GateFailed',
      message: expect.stringContaining(`the query errors ${why}`),
    });

    runFleet(fleet, { start: now });
    expect(stepsOf(fleet)).toEqual({ n1: 'RolledBack', n2: 'Pending' });
  });

  it('goes on when a query keeps its limits', () => {
    const fleet = fleetOf(agents(2));
    const query = { url: 'http://prometheus.example', query: 'errors', min: 0, max: 1 };
    start(fleet, { waves: [{ count: 1 }], gate: { promQueries: [query] } });
    const answer = { ok: true, at: '2026-01-05T13:00:00Z', message: '200', values: [0, 1] };
    fleet.probes.set('http://prometheus.example/api/v1/query?query=errors', answer);

    runFleet(fleet);

    expect(statusOf(fleet)?.phase).toBe('Complete');
  });

  it('takes a wave back that a probe failed no faster than it was changed', () => {
    const fleet = new Fleet(servers(3));
    const url = 'http://shop.example/healthz';
    start(fleet, {
      ...{ target: { version: 'v2' }, maxUnavailable: 3, stepTimeoutSeconds: 600 },
      gate: { httpProbes: [{ url }] },
    });
    fleet.probes.set(url, { ok: false, at: '2026-01-05T13:00:00Z', message: '503' });

    runFleet(fleet, { check: () => expect(fleet.changing().length).toBeLessThanOrEqual(1) });

    expect(stepsOf(fleet)).toEqual({ s1: 'RolledBack', s2: 'RolledBack', s3: 'RolledBack' });
    expect(statusOf(fleet)?.phase).toBe('Failed');
    expect(cordons(fleet)).toEqual([]);
  });

  it('counts servers that are not of HAOS for the quorum, and drains to such nodes', () => {
    const other = { 'haos.io/mode': undefined as unknown as string };
    const fleet = fleetOf([...servers(1), { name: 'debian', isServer: true, labels: other }], REBOOT);
    fleet.nodes[1]!.isReady = false;
    start(fleet, { maxUnavailable: 3 });

    const now = runFleet(fleet, { calls: 20 });
    expect(fleet.changing()).toEqual([]);
    expect(blockedOf(fleet)).toMatchObject({ reason: 'Quorum', message: 'server debian is not Ready' });

    fleet.nodes[1]!.isReady = true;
    const drained: string[] = [];
    runFleet(fleet, { start: now, check: (_, patch) => patch.kind === 'drain' && drained.push(patch.node) });
    expect(drained).toContain('s1');
    expect(stepsOf(fleet)).toMatchObject({ s1: 'Done' });
  });

  it.each<[string, (fleet: Fleet) => void]>([
    [
      'its node is deleted',
      (fleet) => {
        fleet.nodes.shift();
        fleet.remove('Node', 'n1');
      },
    ],
    ['another Rollout changes its nodes', (fleet) => fleet.rollout('other', { target: { version: 'v2' } })],
  ])('that failed does not start again when %s', (_, change) => {
    const fleet = fleetOf(agents(3), POISON);
    start(fleet, { waves: [{ count: 1 }] });
    const now = runFleet(fleet);
    expect(statusOf(fleet)?.phase).toBe('Failed');

    change(fleet);
    runFleet(fleet, { start: now, check: () => expect(statusOf(fleet)?.phase).toBe('Failed') });

    expect(blockedOf(fleet)).toMatchObject({ reason: 'NodeFailed' });
  });

  it('takes the rest of its wave back when the node that failed is deleted', () => {
    const fleet = fleetOf(agents(4));
    fleet.nodes[0]!.isServer = true;
    start(fleet, { waves: [{ count: 3 }], gate: { bakeSeconds: 600 }, maxUnavailable: 1 });
    const now = runFleet(fleet, { calls: 15 });
    expect(statusOf(fleet)).toMatchObject({ phase: 'Baking', wave: 1 });
    fleet.nodes[1]!.isReady = false;
    const later = runFleet(fleet, { start: now, calls: 2 });
    expect(statusOf(fleet)?.phase).toBe('RollingBack');

    fleet.nodes.splice(1, 1);
    fleet.remove('Node', 'n2');
    runFleet(fleet, { start: later });

    expect(stepsOf(fleet)).toEqual({ n1: 'RolledBack', n3: 'RolledBack', n4: 'Pending' });
    expect(statusOf(fleet)?.phase).toBe('Failed');
  });

  it('leaves no cordon when its NodeConfig is deleted in the middle', () => {
    const fleet = fleetOf(agents(2), REBOOT);
    start(fleet, { stepTimeoutSeconds: 600 });
    let isDeleted = false;

    runFleet(fleet, {
      before: () => {
        if (isDeleted || stepsOf(fleet).n1 !== 'Apply') return;
        isDeleted = true;
        fleet.remove('NodeConfig', 'base');
      },
    });

    expect(isDeleted).toBe(true);
    expect(blockedOf(fleet)).toMatchObject({ reason: 'TargetNotFound' });
    expect(cordons(fleet)).toEqual([]);
    expect(fleet.changing()).toEqual([]);
  });

  it('gives up on a node that vanishes in the middle, by its time-out', () => {
    const fleet = fleetOf(agents(3), REBOOT);
    start(fleet, { stepTimeoutSeconds: 600, onFailure: 'Stop' });

    runFleet(fleet, {
      before: () => {
        const state = fleet.get<NodeState>('NodeState', 'n2');
        if (state && stepOf(state)?.step === 'Apply') fleet.nodes[1]!.isGone = true;
      },
    });

    expect(stepsOf(fleet)).toEqual({ n1: 'Done', n2: 'Failed', n3: 'Pending' });
    expect(blockedOf(fleet)?.message).toContain('n2: it took too long');
  });

  it('goes on without a node that is deleted', () => {
    const fleet = fleetOf(agents(3), REBOOT);
    fleet.nodes[0]!.budget = 'none';
    start(fleet);
    const now = runFleet(fleet, { calls: 8 });
    expect(fleet.changing()).toEqual(['n1']);

    fleet.nodes.shift();
    fleet.remove('Node', 'n1');
    runFleet(fleet, { start: now });

    expect(fleet.get('NodeState', 'n1')).toBeUndefined();
    expect(stepsOf(fleet)).toEqual({ n2: 'Done', n3: 'Done' });
    expect(statusOf(fleet)?.phase).toBe('Complete');
  });

  it('takes a node that joins later into its last wave', () => {
    const fleet = fleetOf(agents(3));
    fleet.nodes[2]!.isGone = true;
    start(fleet, { waves: [{ count: 1 }] });
    const now = runFleet(fleet);
    expect(statusOf(fleet)?.phase).toBe('Complete');

    fleet.nodes[2]!.isGone = false;
    runFleet(fleet, { start: now });

    expect(stepsOf(fleet)).toEqual({ n1: 'Done', n2: 'Done', n3: 'Done' });
    expect(statusOf(fleet)?.phase).toBe('Complete');
  });

  it('leaves nodes that were complete when one that joins later fails', () => {
    const fleet = fleetOf([...agents(3), { name: 'n4', isGone: true, budget: 'none' }], REBOOT);
    start(fleet, { maxUnavailable: 2, stepTimeoutSeconds: 600 });
    const now = runFleet(fleet);
    expect(statusOf(fleet)?.phase).toBe('Complete');

    fleet.nodes[0]!.isReady = false;
    fleet.nodes[3]!.isGone = false;
    runFleet(fleet, { start: now });

    expect(stepsOf(fleet)).toEqual({ n1: 'Done', n2: 'Done', n3: 'Done', n4: 'RolledBack' });
    expect(statusOf(fleet)?.phase).toBe('Failed');
  });

  it('that is complete stays so while its NodeConfig is paused, and after', () => {
    const fleet = fleetOf(agents(3));
    const config = { haos: { sysctls: { 'vm.swappiness': '1' } } };
    start(fleet);
    const now = runFleet(fleet);

    fleet.nodes[0]!.isReady = false;
    fleet.config('base', { strategy: 'Rollout', config, paused: true });
    const later = runFleet(fleet, { start: now });
    expect(blockedOf(fleet)).toMatchObject({ reason: 'TargetPaused' });
    fleet.config('base', { strategy: 'Rollout', config });
    runFleet(fleet, { start: later });

    expect(statusOf(fleet)).toMatchObject({ phase: 'Complete', waves: [{ updated: 3 }] });
  });

  it('ends when it fails after it was aborted and goes on', () => {
    const fleet = fleetOf(agents(3), REBOOT);
    fleet.nodes[0]!.budget = 'none';
    start(fleet, { stepTimeoutSeconds: 600 });
    const now = runFleet(fleet, { calls: 8 });
    expect(stepsOf(fleet)).toMatchObject({ n1: 'Drain' });

    start(fleet, { aborted: true });
    const later = runFleet(fleet, { start: now, calls: 3 });
    expect(stepsOf(fleet)).toMatchObject({ n1: 'Aborted', n2: 'Aborted' });
    start(fleet, { stepTimeoutSeconds: 600 });
    runFleet(fleet, { start: later });

    expect(statusOf(fleet)?.phase).toBe('Failed');
    expect(cordons(fleet)).toEqual([]);
  });

  it('does not change a node that another Rollout has', () => {
    const fleet = fleetOf(agents(2), REBOOT);
    fleet.nodes[0]!.budget = 'none';
    start(fleet);
    const first = runFleet(fleet, { calls: 8 });

    fleet.rollout('other', { target: { version: 'v2' } });
    const now = runFleet(fleet, { start: first, calls: 5 });
    expect(fleet.get<Rollout>('Rollout', 'other')?.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Blocked',
        reason: 'NodesBusy',
        message: 'node n1 is held by Rollout go',
      }),
    );

    delete fleet.nodes[0]!.budget;
    runFleet(fleet, { start: now });
    expect(fleet.get<Rollout>('Rollout', 'go')?.status?.phase).toBe('Complete');
    expect(fleet.get<Rollout>('Rollout', 'other')?.status?.phase).toBe('Complete');
  });
});

describe('a rollout of a version', () => {
  it('upgrades all nodes', () => {
    const fleet = new Fleet([...servers(3), ...agents(2)]);
    start(fleet, { target: { version: 'v2', source: 'https://releases.example/v2/' } });

    runFleet(fleet);

    for (const { status } of fleet.list<NodeState>('NodeState')) expect(status?.haos?.version).toBe('v2');
    expect(statusOf(fleet)).toMatchObject({ phase: 'Complete', target: 'version/v2' });
    expect(cordons(fleet)).toEqual([]);
  });

  it('stops in wave one if the version is broken', () => {
    const fleet = new Fleet(agents(3));
    start(fleet, { target: { version: BROKEN_VERSION }, waves: [{ count: 1 }] });

    runFleet(fleet);

    expect(stepsOf(fleet)).toEqual({ n1: 'RolledBack', n2: 'Pending', n3: 'Pending' });
    for (const { status } of fleet.list<NodeState>('NodeState')) expect(status?.haos?.version).toBe('v1');
    expect(statusOf(fleet)?.phase).toBe('Failed');
    expect(cordons(fleet)).toEqual([]);
  });
});

/** Each has two runs of a fleet. `HAOS_RUNS` has more. */
const RUNS = Number(process.env.HAOS_RUNS ?? 25);

const fleets = fc.record({
  servers: fc.integer({ min: 0, max: 3 }),
  agents: fc.integer({ min: 1, max: 5 }),
  sysctl: fc.constantFrom('vm.good', REBOOT, POISON),
  version: fc.constantFrom(undefined, 'v2', BROKEN_VERSION),
  waves: fc.array(
    fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
    ),
    { maxLength: 3 },
  ),
  maxUnavailable: fc.integer({ min: 1, max: 3 }),
  onFailure: fc.constantFrom('RollBack' as const, 'Stop' as const),
  bakeSeconds: fc.constantFrom(0, 300),
  answer: fc.constantFrom(200, 503),
});

type Given = typeof fleets extends fc.Arbitrary<infer Value> ? Value : never;

function build({ sysctl, version, ...given }: Given): Fleet {
  const fleet = fleetOf([...servers(given.servers), ...agents(given.agents)], sysctl);
  const { waves, maxUnavailable, onFailure, bakeSeconds, answer } = given;
  const url = 'http://shop.example/healthz';
  fleet.probes.set(url, { ok: answer === 200, at: '2026-02-01T00:00:00Z', message: `${answer}` });
  start(fleet, {
    target: version === undefined ? TARGET : { version },
    ...{ waves, maxUnavailable, onFailure, gate: { bakeSeconds, httpProbes: [{ url }] } },
  });
  return fleet;
}

/** What must be the same at the end, however often the operator died. */
function outcomeOf(fleet: Fleet) {
  const { phase, wave, waves, target, planHash } = statusOf(fleet) ?? {};
  return {
    steps: stepsOf(fleet),
    rollout: { phase, wave, waves, target, planHash },
    cordons: cordons(fleet),
    nodes: fleet
      .list<NodeState>('NodeState')
      .map(({ metadata, status }) => [metadata.name, status?.config?.applied, status?.haos?.version]),
  };
}

function expectLimits(fleet: Fleet, { maxUnavailable }: Given): void {
  const changing = fleet.changing();
  const broken = fleet.nodes.filter(({ name }) => stepsOf(fleet)[name] === 'RollBack').length;
  expect(changing.length - broken).toBeLessThanOrEqual(maxUnavailable);
  expect(changing.filter((name) => name.startsWith('s')).length).toBeLessThanOrEqual(1);
  const isOver = ['Complete', 'Failed', 'Aborted'].includes(statusOf(fleet)?.phase ?? '');
  if (isOver) expect([...cordons(fleet), ...changing]).toEqual([]);
}

describe('any rollout', () => {
  it('ends, keeps its limits, and leaves no cordon', () => {
    fc.assert(
      fc.property(fleets, (given) => {
        const fleet = build(given);
        runFleet(fleet, { check: () => expectLimits(fleet, given) });

        expect(['Complete', 'Failed']).toContain(statusOf(fleet)?.phase);
        expect(cordons(fleet)).toEqual([]);
        expect(fleet.changing()).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('has the same result if the operator dies after any patches', () => {
    fc.assert(
      fc.property(
        fleets,
        fc.uniqueArray(fc.integer({ min: 1, max: 150 }), { maxLength: 80 }),
        (given, deaths) => {
          const [calm, hard] = [build(given), build(given)];
          runFleet(calm);
          runFleet(hard, { deaths: new Set(deaths), calls: 600, check: () => expectLimits(hard, given) });

          expect(outcomeOf(hard)).toEqual(outcomeOf(calm));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('has the same result if the operator dies after each patch', () => {
    const given: Given = {
      ...{ servers: 1, agents: 3, sysctl: REBOOT, version: undefined },
      ...{ waves: [{ count: 2 }], maxUnavailable: 2, onFailure: 'RollBack', bakeSeconds: 0, answer: 200 },
    };
    const [calm, hard] = [build(given), build(given)];
    runFleet(calm);
    const every = new Set(Array.from({ length: 2000 }, (_, index) => index + 1));
    runFleet(hard, { deaths: every, calls: 2000, minutes: 0.1 });

    expect(outcomeOf(hard)).toEqual(outcomeOf(calm));
  });

  it('keeps the plan that was approved, also if the operator dies after each patch', () => {
    const fleet = fleetOf(agents(3));
    start(fleet, { approval: 'Required' });
    const now = runFleet(fleet);
    const approvedPlan = statusOf(fleet)!.planHash!;
    start(fleet, { approval: 'Required', approvedPlan });
    const deaths = new Set(Array.from({ length: 2000 }, (_, index) => index + 1));
    runFleet(fleet, { start: now, deaths, calls: 2000 });

    expect(statusOf(fleet)).toMatchObject({ phase: 'Complete', planHash: approvedPlan });
  });
});
