import type { ConfigSet, NodeMatch } from '../config/config-set.js';
import { digest } from '../config/digest.js';
import { ANNOTATIONS } from '../objects/names.js';
import type { NodeConfig } from '../objects/node-config.js';
import type { NodePart, NodeParts, ReleasedParts, UpgradeRequest } from '../objects/node-parts.js';
import type { NodeState } from '../objects/node-state.js';
import type { NodeStep, Rollout } from '../objects/rollout.js';
import { configTarget, parseConfigTarget, versionTarget } from '../rollout/target.js';

/** What the Secret of a node has. */
export interface NodeDocuments {
  readonly parts: NodeParts;
  readonly released: ReleasedParts;
}

export interface NodeFacts {
  readonly node: string;
  readonly match: NodeMatch;
  readonly set: ConfigSet;
  readonly isReady: boolean;
  readonly state: NodeState | undefined;
  readonly step: NodeStep | undefined;
  /** The Rollout of `step`, if it exists. */
  readonly rollout: Rollout | undefined;
  /** What the Secret has now. */
  readonly before: NodeDocuments | undefined;
}

/**
 * Decides what a node may have, and what its agent reads. If the node has what it may have, and
 * there is more that is not released yet, the agent reads that: it plans it, and applies nothing.
 */
export function decideDocuments(facts: NodeFacts): NodeDocuments {
  const released = release(facts);
  const releasedHash = hashOf(released.parts);
  const confirmed = isConfirmed(facts, releasedHash) ? releasedHash : undefined;
  const candidate = candidateOf(facts, released.parts);
  const isSettled = confirmed !== undefined || isOver(facts.state, released.parts);
  const isPlanning = isSettled && hashOf(candidate) !== releasedHash;
  const parts = isPlanning ? candidate : released.parts;
  const { step, rollout } = facts;
  const mayReboot = step?.step === 'Apply' || step?.step === 'RollBack';
  const isBound = step?.step === 'Apply' && rollout?.spec.approval === 'Required' && isConfig(step);
  const upgrade = upgradeOf(facts);
  const attempt = step?.attempt ?? retryOf(facts.match);
  return {
    released,
    parts: {
      node: facts.node,
      hash: hashOf(parts),
      parts,
      apply: !isPlanning,
      allow: mayReboot ? 'Reboot' : 'Reload',
      ...(isBound && step.planHash !== undefined && { planHash: step.planHash }),
      ...(attempt !== undefined && { attempt }),
      ...(confirmed !== undefined && { confirmed }),
      ...(upgrade !== undefined && { upgrade }),
    },
  };
}

/** Returns what people wrote into NodeConfigs so that the node tries again. */
function retryOf({ configs }: NodeMatch): string | undefined {
  const texts = configs.flatMap(({ metadata: { name, annotations } }) => {
    const text = annotations?.[ANNOTATIONS.retry];
    return text === undefined ? [] : [[name, text]];
  });
  return texts.length === 0 ? undefined : digest(texts);
}

/** Returns the digest of what a node should have. Of nothing it is one as well. */
export function hashOf(parts: readonly NodePart[]): string {
  return digest(parts.map(({ name, priority, hash }) => [name, priority, hash]));
}

/** Decides what the node may have. With a contradiction it keeps what it has. */
function release({ match, set, step, before }: NodeFacts): ReleasedParts {
  const old = before?.released ?? { parts: [] };
  if (match.conflicts.length > 0) return old;
  const previous: Record<string, NodePart | null> = {};
  const parts = match.configs.flatMap((config) => {
    const { name } = config.metadata;
    const last = old.parts.find((part) => part.name === name);
    const next = releasePart(config, last, { set, step, previous: old.previous?.[name] });
    if (isReleasing(config, set, step)) {
      const isNew = last?.hash !== next?.hash;
      previous[name] = isNew ? (last ?? null) : (old.previous?.[name] ?? null);
    } else if (old.previous?.[name] !== undefined) previous[name] = old.previous[name];
    return next ?? [];
  });
  return { parts, ...(Object.keys(previous).length > 0 && { previous }) };
}

function releasePart(
  config: NodeConfig,
  last: NodePart | undefined,
  {
    set,
    step,
    previous,
  }: { set: ConfigSet; step: NodeStep | undefined; previous: NodePart | null | undefined },
): NodePart | undefined {
  const current = set.part(config.metadata.name);
  if (current === undefined) return last;
  if (config.spec.strategy === 'Rollout') {
    if (isReleasing(config, set, step)) return current;
    if (isGoingBack(config, last, step)) return previous ?? undefined;
    return last;
  }
  return config.spec.paused ? last : current;
}

/** Returns whether a Rollout has released the current content of a NodeConfig to the node. */
function isReleasing(config: NodeConfig, set: ConfigSet, step: NodeStep | undefined): boolean {
  const current = set.part(config.metadata.name);
  if (config.spec.strategy !== 'Rollout' || current === undefined || step === undefined) return false;
  return (step.step === 'Apply' || step.step === 'Done') && step.target === configTarget(current);
}

/** Returns whether the node has to leave what it has of a NodeConfig. */
function isGoingBack(config: NodeConfig, last: NodePart | undefined, step: NodeStep | undefined): boolean {
  if (step?.step !== 'RollBack') return false;
  const target = parseConfigTarget(step.target);
  return target?.name === config.metadata.name && target.hash === last?.hash;
}

/** Returns what the node would have if everything were released. */
function candidateOf({ match, set }: NodeFacts, released: readonly NodePart[]): readonly NodePart[] {
  if (match.conflicts.length > 0) return released;
  return match.configs.flatMap(({ metadata: { name }, spec }) => {
    const last = released.find((part) => part.name === name);
    return (spec.paused ? last : (set.part(name) ?? last)) ?? [];
  });
}

/** Returns whether the agent could not apply what the node may have, or had nothing to apply. */
function isOver(state: NodeState | undefined, parts: readonly NodePart[]): boolean {
  const { applied, attempted, result } = state?.status?.config ?? {};
  const isTried = attempted === hashOf(parts);
  if (isTried && (result === 'Failed' || result === 'Reverted')) return true;
  return parts.length === 0 && applied === undefined;
}

/** Returns whether the node has what it may have, and works with it. */
function isConfirmed({ state, isReady, before }: NodeFacts, hash: string): boolean {
  const { applied, result } = state?.status?.config ?? {};
  if (applied !== hash) return false;
  const isSeen = isReady && (result === 'Applied' || result === 'Waiting');
  return isSeen || before?.parts.confirmed === hash;
}

function isConfig({ target }: NodeStep): boolean {
  return parseConfigTarget(target) !== undefined;
}

/** Returns the version that the node should run, while it is being changed to it or back. */
function upgradeOf({ step, rollout }: NodeFacts): UpgradeRequest | undefined {
  const target = rollout?.spec.target;
  if (step === undefined || target?.version === undefined) return undefined;
  const { version, source, sha256 } = target;
  if (step.target !== versionTarget(target)) return undefined;
  const image = {
    version,
    ...(source !== undefined && { source }),
    ...(sha256 !== undefined && { sha256 }),
  };
  if (step.step === 'Apply') return { id: step.attempt, ...image };
  if (step.step === 'RollBack') return { id: `${step.attempt}/back`, ...image, rollBack: true };
  return undefined;
}
