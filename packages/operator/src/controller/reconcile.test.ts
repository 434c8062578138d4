import { describe, expect, it } from 'vitest';
import type { KubernetesObject, Secret } from '../objects/metadata.js';
import { ANNOTATIONS, nodeIdentity, SECRET_KEYS } from '../objects/names.js';
import type { NodeConfig, NodeConfigSpec } from '../objects/node-config.js';
import type { NodeParts } from '../objects/node-parts.js';
import type { NodeState } from '../objects/node-state.js';
import { Fleet, POISON, REBOOT } from '../testing/fleet.js';
import { runFleet } from '../testing/run-fleet.js';

const NODES = [{ name: 'n1' }, { name: 'n2' }];

function sysctl(name: string, value = '1'): NodeConfigSpec {
  return { config: { haos: { sysctls: { [name]: value } } } };
}

function partsOf(fleet: Fleet, node: string): NodeParts {
  const { data } = fleet.get<Secret>('Secret', nodeIdentity(node))!;
  return JSON.parse(Buffer.from(data![SECRET_KEYS.parts]!, 'base64').toString('utf8')) as NodeParts;
}

function configOf(fleet: Fleet, name: string) {
  return fleet.get<NodeConfig>('NodeConfig', name)!.status!;
}

describe('the operator', () => {
  it('gives each node a state, a Secret, and an account that may read only these', () => {
    const fleet = new Fleet(NODES);

    runFleet(fleet);

    expect(fleet.list('NodeState').map(({ metadata }) => metadata.name)).toEqual(['n1', 'n2']);
    expect(fleet.list('ServiceAccount').map(({ metadata }) => metadata.name)).toEqual([
      'haos-node-n1',
      'haos-node-n2',
    ]);
    expect(fleet.get('Role', 'haos-node-n1')).toMatchObject({
      rules: [{ resources: ['secrets'], resourceNames: ['haos-node-n1'], verbs: ['get', 'list', 'watch'] }],
    });
    const owned = ['Secret', 'ServiceAccount', 'Role', 'RoleBinding'];
    const { uid } = fleet.get('NodeState', 'n1')!.metadata;
    for (const kind of owned)
      expect(fleet.get<KubernetesObject>(kind, 'haos-node-n1')!.metadata.ownerReferences).toMatchObject([
        { uid },
      ]);
  });

  it('ignores nodes that are not HAOS', () => {
    const fleet = new Fleet([{ name: 'other', labels: { 'haos.io/mode': undefined as unknown as string } }]);

    runFleet(fleet);

    expect(fleet.list('NodeState')).toEqual([]);
  });

  it('does nothing when nothing changes', () => {
    const fleet = new Fleet(NODES);
    fleet.config('a', sysctl('vm.a'));
    const now = runFleet(fleet);

    runFleet(fleet, { start: now, check: (_, patch) => expect(patch).toBeUndefined() });
  });

  it('deletes the state of a node that is gone', () => {
    const fleet = new Fleet(NODES);
    const now = runFleet(fleet);

    fleet.nodes.pop();
    runFleet(fleet, { start: now });

    expect(fleet.list('NodeState').map(({ metadata }) => metadata.name)).toEqual(['n1']);
  });

  it('gives back what a person changed of the rights of a node', () => {
    const fleet = new Fleet(NODES);
    const now = runFleet(fleet);

    fleet.remove('Role', 'haos-node-n1');
    runFleet(fleet, { start: now });

    expect(fleet.get('Role', 'haos-node-n1')).toBeDefined();
  });
});

describe('a NodeConfig with the strategy Automatic', () => {
  it('is applied on all nodes, confirmed, and counted', () => {
    const fleet = new Fleet(NODES);
    fleet.config('a', sysctl('vm.a'));

    runFleet(fleet);

    expect(configOf(fleet, 'a')).toMatchObject({
      nodes: { matched: 2, planned: 2, applied: 2, failed: 0 },
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Conflict', status: 'False' },
      ],
    });
    const parts = partsOf(fleet, 'n1');
    expect(parts).toMatchObject({ node: 'n1', apply: true, allow: 'Reload', confirmed: parts.hash });
    expect(fleet.get<NodeState>('NodeState', 'n1')?.status?.config?.applied).toBe(parts.hash);
  });

  it('is not confirmed while the node is not Ready', () => {
    const fleet = new Fleet([{ name: 'n1', isReady: false }]);
    fleet.config('a', sysctl('vm.a'));

    runFleet(fleet);

    expect(fleet.get<NodeState>('NodeState', 'n1')?.status?.config?.result).toBe('Applied');
    expect(partsOf(fleet, 'n1').confirmed).toBeUndefined();
  });

  it('waits on a node that would have to reboot', () => {
    const fleet = new Fleet(NODES);
    fleet.config('a', sysctl(REBOOT));

    runFleet(fleet);

    expect(fleet.get<NodeState>('NodeState', 'n1')?.status?.config?.result).toBe('Waiting');
    expect(configOf(fleet, 'a').nodes).toEqual({ matched: 2, planned: 2, applied: 0, failed: 0 });
  });

  it('that a node cannot live with is counted as failed', () => {
    const fleet = new Fleet(NODES);
    fleet.config('a', sysctl(POISON));

    runFleet(fleet);

    expect(configOf(fleet, 'a').nodes).toMatchObject({ matched: 2, applied: 0, failed: 2 });
  });

  it('is tried again when its annotation for that changes, and only then', () => {
    const fleet = new Fleet(NODES);
    fleet.config('a', sysctl(POISON));
    const now = runFleet(fleet);
    const { attempt, hash } = partsOf(fleet, 'n1');

    fleet.annotate('NodeConfig', 'a', { [ANNOTATIONS.retry]: '1', other: '1' });
    const later = runFleet(fleet, { start: now });

    const again = partsOf(fleet, 'n1');
    expect([attempt, again.hash]).toEqual([undefined, hash]);
    const { config } = fleet.get<NodeState>('NodeState', 'n1')!.status!;
    expect(config).toMatchObject({ attempt: again.attempt, result: 'Reverted' });
    expect(again.attempt).toEqual(expect.any(String));
    fleet.annotate('NodeConfig', 'a', { [ANNOTATIONS.retry]: '1', other: '2' });
    runFleet(fleet, { start: later, check: (_, patch) => expect(patch).toBeUndefined() });
  });

  it('is not counted as failed where only another one failed', () => {
    const fleet = new Fleet(NODES);
    fleet.config('a', sysctl('vm.a'));
    const now = runFleet(fleet);

    fleet.config('b', { ...sysctl(POISON), priority: 200 });
    runFleet(fleet, { start: now });

    expect(configOf(fleet, 'a').nodes).toMatchObject({ matched: 2, applied: 2, failed: 0 });
    expect(configOf(fleet, 'b').nodes).toMatchObject({ matched: 2, applied: 0, failed: 2 });
  });

  it('is counted by the hash of all parts where an agent of an earlier version reports', () => {
    const fleet = new Fleet(NODES);
    fleet.config('a', sysctl('vm.a'));
    const now = runFleet(fleet);

    for (const { status } of fleet.list<NodeState>('NodeState'))
      delete (status!.config as { parts?: unknown }).parts;
    runFleet(fleet, { start: now });

    expect(configOf(fleet, 'a').nodes).toMatchObject({ matched: 2, applied: 2, failed: 0 });
  });

  it('leaves nodes as they are when it is paused', () => {
    const fleet = new Fleet(NODES);
    fleet.config('a', sysctl('vm.a', '1'));
    const now = runFleet(fleet);
    const before = partsOf(fleet, 'n1');

    fleet.config('a', { ...sysctl('vm.a', '2'), paused: true });
    runFleet(fleet, { start: now });

    expect(partsOf(fleet, 'n1').parts).toEqual(before.parts);
  });

  it('leaves nodes as they are when it cannot be rendered, and says so', () => {
    const fleet = new Fleet(NODES);
    fleet.config('a', sysctl('vm.a', '1'));
    const now = runFleet(fleet);
    const before = partsOf(fleet, 'n1');

    fleet.config('a', { config: { hostname: 'a b' } });
    runFleet(fleet, { start: now });

    expect(partsOf(fleet, 'n1').parts).toEqual(before.parts);
    expect(configOf(fleet, 'a').conditions?.[0]).toMatchObject({
      type: 'Ready',
      status: 'False',
      reason: 'Invalid',
    });
    expect(fleet.events).toContainEqual(expect.objectContaining({ type: 'Warning', reason: 'Invalid' }));
  });

  it('is taken from nodes when it is deleted', () => {
    const fleet = new Fleet(NODES);
    fleet.config('a', sysctl('vm.a', '1'));
    const now = runFleet(fleet);

    fleet.remove('NodeConfig', 'a');
    runFleet(fleet, { start: now });

    expect(partsOf(fleet, 'n1').parts).toEqual([]);
  });

  it('changes nothing where another one contradicts it, and both name the other', () => {
    const fleet = new Fleet(NODES);
    fleet.config('a', sysctl('vm.a', '1'));
    const now = runFleet(fleet);
    const before = partsOf(fleet, 'n1');

    fleet.config('b', sysctl('vm.a', '2'));
    runFleet(fleet, { start: now });

    expect(partsOf(fleet, 'n1').parts).toEqual(before.parts);
    for (const [name, other] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const)
      expect(configOf(fleet, name).conditions?.[1]).toMatchObject({
        status: 'True',
        reason: 'EqualPriority',
        message: expect.stringContaining(`NodeConfig ${other} has another value of haos.sysctls`),
      });
  });

  it('stays what the node reads until it is confirmed, though there is more to plan', () => {
    const fleet = new Fleet([{ name: 'n1', isReady: false }]);
    fleet.config('a', sysctl('vm.a'));
    fleet.config('base', { config: { hostname: 'a' }, strategy: 'Rollout' });
    const now = runFleet(fleet);
    expect(partsOf(fleet, 'n1')).toMatchObject({ apply: true, parts: [{ name: 'a' }] });

    fleet.nodes[0]!.isReady = true;
    runFleet(fleet, { start: now });

    expect(partsOf(fleet, 'n1')).toMatchObject({ apply: false, parts: [{ name: 'a' }, { name: 'base' }] });
    expect(partsOf(fleet, 'n1').confirmed).toBeDefined();
  });

  it('gets to a node before that plans what a Rollout has not released', () => {
    const fleet = new Fleet(NODES);
    fleet.config('base', { ...sysctl('vm.base'), strategy: 'Rollout' });
    const now = runFleet(fleet);
    expect(partsOf(fleet, 'n1')).toMatchObject({ apply: false, parts: [{ name: 'base' }] });

    fleet.config('a', { config: { hostname: 'a' }, priority: 200 });
    runFleet(fleet, { start: now });

    expect(configOf(fleet, 'a').nodes).toMatchObject({ applied: 2 });
    expect(partsOf(fleet, 'n1')).toMatchObject({ apply: false, parts: [{ name: 'base' }, { name: 'a' }] });
    expect(partsOf(fleet, 'n1').confirmed).toBeDefined();
  });
});
