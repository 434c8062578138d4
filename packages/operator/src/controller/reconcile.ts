import { configSet } from '../config/config-set.js';
import { compareNames } from '../config/digest.js';
import type { KubernetesObject, Node, Secret } from '../objects/metadata.js';
import { nodeIdentity } from '../objects/names.js';
import type { NodeState } from '../objects/node-state.js';
import { advanceRollouts } from '../rollout/advance-rollouts.js';
import { stepOf } from '../rollout/node-step.js';
import type { Member } from '../rollout/world.js';
import { configStatuses, type NodeResult } from './config-status.js';
import { contains } from './contains.js';
import { decideDocuments } from './node-documents.js';
import { isHaos, isReady } from './node-health.js';
import { nodeAccount, nodeSecret, nodeState, readDocuments } from './node-objects.js';
import type { Patch } from './patch.js';
import type { Snapshot } from './snapshot.js';

/**
 * Decides everything that the operator has to do now. Returns patches in the order in which they
 * must be performed; none if nothing is to be done. To perform only some of them, or all of them
 * twice, does no harm: the next call decides again. Call it whenever the snapshot changes, and
 * every few seconds, because windows open and steps take too long. While the definitions are being
 * deleted, it changes nothing: NodeConfigs that go with their definition stay on their nodes.
 */
export function reconcile(snapshot: Snapshot, now: Date): Patch[] {
  if (snapshot.isUninstalling) return [];
  const set = configSet(snapshot.nodeConfigs, snapshot.secrets);
  const secrets = new Map(snapshot.secrets.map((secret) => [secret.metadata.name, secret]));
  const states = new Map(snapshot.nodeStates.map((state) => [state.metadata.name, state]));
  const rollouts = new Map(snapshot.rollouts.map((rollout) => [rollout.metadata.name, rollout]));
  const nodes = snapshot.nodes.filter(isHaos).sort((a, b) => compareNames(a.metadata.name, b.metadata.name));
  const results = nodes.map((node): NodeResult => {
    const { name } = node.metadata;
    const match = set.match(node);
    const state = states.get(name);
    const step = state && stepOf(state);
    const documents = decideDocuments({
      node: name,
      match,
      set,
      isReady: isReady(node),
      state,
      step,
      rollout: step && rollouts.get(step.rollout),
      before: readDocuments(secrets.get(nodeIdentity(name))),
    });
    return { node: name, state, configs: match.configs, conflicts: match.conflicts, documents };
  });
  return [
    ...removed(snapshot.nodeStates, snapshot.nodes),
    ...objectsOf(results, secrets, snapshot.identities),
    ...configStatuses(set, results, now),
    ...advanceRollouts({
      nodes: snapshot.nodes,
      members: nodes.flatMap((node, index) => memberOf(node, results[index]!)),
      newcomers: nodes.filter((_, index) => results[index]?.state === undefined),
      rollouts,
      set,
      drains: snapshot.drains,
      probes: snapshot.probes,
      now,
    }),
  ];
}

/** Returns a node for rollouts, once it has a NodeState. */
function memberOf(node: Node, result: NodeResult): Member[] {
  const { state } = result;
  if (state === undefined || state.metadata.deletionTimestamp !== undefined) return [];
  return [{ name: result.node, node, state, result, step: stepOf(state) }];
}

/** Deletes the NodeStates of nodes that are gone; what belongs to them goes with them. */
function removed(states: readonly NodeState[], nodes: readonly Node[]): Patch[] {
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  return states
    .filter(({ metadata }) => !names.has(metadata.name) && metadata.deletionTimestamp === undefined)
    .map((object): Patch => ({ kind: 'delete', object }));
}

/** Returns what is missing, or different, of the objects of all nodes. */
function objectsOf(
  results: readonly NodeResult[],
  secrets: ReadonlyMap<string, Secret>,
  identities: readonly KubernetesObject[],
): Patch[] {
  const present = new Map(identities.map((object) => [keyOf(object), object]));
  return results.flatMap(({ node, state, documents }) => {
    if (state === undefined) return [apply(nodeState(node))];
    // The next call has its uid, or finds it gone.
    if (state.metadata.uid === undefined || state.metadata.deletionTimestamp !== undefined) return [];
    const secret = nodeSecret(state, documents);
    return [
      ...nodeAccount(state).filter((object) => !contains(present.get(keyOf(object)), object)),
      ...[secret].filter((object) => !contains(secrets.get(object.metadata.name), object)),
    ].map(apply);
  });
}

function keyOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`;
}

function apply(object: KubernetesObject): Patch {
  return { kind: 'apply', manager: 'haos-operator', object };
}
