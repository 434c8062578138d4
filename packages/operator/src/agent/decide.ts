import type { NodeParts, UpgradeRequest } from '../objects/node-parts.js';
import { ACTIONS, type NodePlan } from '../objects/node-state.js';
import type { AgentRecord, ConfigAttempt, UpgradeAttempt } from './agent-record.js';
import { NODE_FILE, type NodeFacts } from './node-facts.js';
import type { RenderedParts } from './render-parts.js';
import { trialTime } from './trial-time.js';

/** Everything that an agent decides from. */
export interface Situation {
  readonly node: Pick<NodeFacts, 'bootId' | 'version' | 'isOnTrial' | 'file' | 'trial'>;
  readonly record: AgentRecord;
  /** Undefined: the operator has not said anything yet. */
  readonly parts: NodeParts | undefined;
  readonly rendered: Pick<RenderedParts, 'digest' | 'problem'> | undefined;
  /** The plan of `rendered` on the node as it is; undefined: it is not made yet. */
  readonly plan: NodePlan | undefined;
}

/**
 * What the agent does next. `apply`: writes the file on trial for that time, and runs the runtime
 * phase.
 * `resume`: runs that phase again, because the agent ended while it ran. `rest`: waits for a
 * change.
 */
export type Step =
  | { readonly kind: 'plan' | 'resume' | 'confirm' | 'revert' | 'reboot' }
  | { readonly kind: 'apply'; readonly trial: string }
  | { readonly kind: 'upgrade' | 'roll-back'; readonly request: UpgradeRequest }
  | { readonly kind: 'rest'; readonly waiting?: string };

export interface Decision {
  /** What to remember before the step. */
  readonly record: AgentRecord;
  readonly step: Step;
}

/**
 * Decides what the agent of a node does next. Pure: after each step the agent reads the situation
 * again, so that it may end at any moment.
 */
export function decide(situation: Situation): Decision {
  const record = observe(situation);
  const now = { ...situation, record };
  const config = decideConfig(now);
  if (config.step.kind !== 'rest' || isFileOnTrial(now.node)) return config;
  const upgrade = decideUpgrade({ ...now, record: config.record });
  return upgrade.step.kind === 'rest' ? { ...upgrade, step: config.step } : upgrade;
}

function rest(record: AgentRecord, waiting?: string): Decision {
  return { record, step: { kind: 'rest', ...(waiting !== undefined && { waiting }) } };
}

/** Returns whether a file of the node is on trial. */
export function isFileOnTrial({ trial }: Pick<NodeFacts, 'trial'>): boolean {
  return trial?.state === 'pending' || trial?.state === 'reverting';
}

/** Returns the record with what became of the attempt meanwhile. */
function observe({ node, record }: Situation): AgentRecord {
  const { attempt } = record;
  const { trial } = node;
  if (!attempt || trial === undefined || !isTrialOf(attempt, trial)) return record;
  if (trial.state === 'reverted' && (attempt.result === undefined || attempt.result === 'Applied')) {
    const why = trial.reason === 'booted' ? 'before the next boot' : 'in time';
    const message = trial.reason === 'asked' ? 'it was reverted' : `it was not confirmed ${why}`;
    return ended(record, attempt, { result: 'Reverted', message });
  }
  if (trial.state === 'pending' && attempt.result === undefined && isBooted(attempt, node.bootId))
    return ended(record, attempt, { result: 'Applied' });
  return record;
}

/** Returns whether a trial of the node is that of an attempt, and not of an earlier one. */
function isTrialOf(attempt: ConfigAttempt, { name, digest, id }: Trial): boolean {
  return name === NODE_FILE && digest === attempt.digest && id !== attempt.lastTry;
}

type Trial = NonNullable<NodeFacts['trial']>;

function isBooted({ needsBoot, bootId }: ConfigAttempt, now: string): boolean {
  return needsBoot && bootId !== now;
}

/** Returns the record of an attempt that has ended. */
export function ended(
  record: AgentRecord,
  attempt: ConfigAttempt,
  { result, message }: Required<Pick<ConfigAttempt, 'result'>> & Pick<ConfigAttempt, 'message'>,
): AgentRecord {
  const isApplied = result === 'Applied';
  const applied = isApplied ? attempt.hash : attempt.before;
  const parts = isApplied ? attempt.parts : attempt.partsBefore;
  return { ...record, applied, parts, attempt: { ...attempt, result, message } };
}

function decideConfig(situation: Situation): Decision {
  const { node, record, parts, rendered } = situation;
  const { trial } = node;
  if (trial?.state === 'reverting') return rest(record);
  if (trial?.state === 'pending' && trial.name !== NODE_FILE)
    return rest(record, `config.d/${trial.name} is on trial on the node`);
  if (trial?.state === 'pending') return decideOnTrial(situation, trial);
  if (parts === undefined || rendered === undefined) return rest(record);
  if (rendered.problem === undefined && node.file === rendered.digest)
    return rest(inEffect(situation, parts));
  return decideApply(situation, parts, rendered);
}

/** The agent's own file is on trial. */
function decideOnTrial(situation: Situation, trial: Trial): Decision {
  const { node, record, parts, rendered } = situation;
  const { attempt } = record;
  // Somebody else wrote it, or the record is lost: the time of the trial decides.
  if (attempt === undefined || !isTrialOf(attempt, trial))
    return rest(record, `config.d/${NODE_FILE} is on trial on the node`);
  // First: the operator confirms what is in effect, and may want a plan of something else already.
  if (isConfirmed(situation, attempt)) return { record, step: { kind: 'confirm' } };
  if (parts && rendered && parts.hash !== attempt.hash) {
    if (rendered.digest !== attempt.digest) return { record, step: { kind: 'revert' } };
    // Other parts that mean the same.
    const renamed: ConfigAttempt = { ...attempt, hash: parts.hash };
    const applied = attempt.result === 'Applied' ? { applied: parts.hash } : {};
    const same = { ...situation, record: { ...record, ...applied, attempt: renamed } };
    return decideOnTrial(same, trial);
  }
  if (node.file !== attempt.digest) {
    // It ended before it was written: forget it, so that it can be tried again.
    const { attempt: _, ...others } = record;
    return { record: others, step: { kind: 'revert' } };
  }
  return { record, step: stepOnTrial(attempt) };
}

function isConfirmed({ node, parts }: Situation, { digest, hash, result }: ConfigAttempt): boolean {
  return result === 'Applied' && parts?.confirmed === hash && node.file === digest;
}

function stepOnTrial(attempt: ConfigAttempt): Step {
  if (attempt.result === 'Failed') return { kind: 'revert' };
  if (attempt.result === 'Applied') return { kind: 'rest' };
  if (attempt.needsBoot && attempt.message === REBOOTING) return { kind: 'reboot' };
  return { kind: 'resume' };
}

/** The message of an attempt that only a reboot completes. */
export const REBOOTING = 'the node reboots';

/** The node has the file already, and it is not on trial. */
function inEffect({ node, record }: Situation, parts: NodeParts): AgentRecord {
  const { hash, attempt: name } = parts;
  const { attempt } = record;
  if (record.applied === hash && attempt?.hash === hash && attempt.name === name) return record;
  const done = begin(node, parts, { digest: node.file, needsBoot: false });
  return ended(record, done, { result: 'Applied' });
}

function begin(
  { bootId, trial }: Situation['node'],
  { hash, attempt: name, parts: full }: NodeParts,
  found: Pick<ConfigAttempt, 'digest' | 'before' | 'partsBefore' | 'needsBoot'>,
): ConfigAttempt {
  const parts = full.map(({ name, generation, hash }) => ({ name, generation, hash }));
  return {
    ...{ hash, parts, ...found, bootId },
    ...(name !== undefined && { name }),
    ...(trial && { lastTry: trial.id }),
  };
}

function decideApply(
  { node, record, plan }: Situation,
  parts: NodeParts,
  { digest, problem }: Pick<RenderedParts, 'digest' | 'problem'>,
): Decision {
  const { hash, attempt: name } = parts;
  const { applied, parts: partsBefore, attempt } = record;
  const before = {
    ...(applied !== undefined && { before: applied }),
    ...(partsBefore !== undefined && { partsBefore }),
  };
  const next = begin(node, parts, { digest, ...before, needsBoot: plan?.action === 'Reboot' });
  const isSame = attempt?.hash === hash && attempt.name === name;
  if (problem !== undefined) {
    const isKnown = isSame && attempt.message === problem;
    return rest(isKnown ? record : ended(record, next, { result: 'Failed', message: problem }));
  }
  if (plan === undefined) return { record, step: { kind: 'plan' } };
  if (isSame && (attempt.result === 'Failed' || attempt.result === 'Reverted')) return rest(record);
  const waiting = findObstacle(parts, plan);
  if (waiting !== undefined) return rest(record, waiting);
  return { record: { ...record, attempt: next }, step: { kind: 'apply', trial: trialTime(plan) } };
}

function findObstacle({ apply, allow, planHash }: NodeParts, plan: NodePlan): string | undefined {
  if (!apply) return 'it is planned, and not released';
  if (ACTIONS.indexOf(plan.action) > ACTIONS.indexOf(allow))
    return `it needs ${plan.action}, and only ${allow} is allowed: use a Rollout`;
  if (planHash !== undefined && planHash !== plan.hash)
    return `the plan has changed since it was approved: it is ${plan.hash} now`;
  return undefined;
}

function decideUpgrade({ node, record, parts }: Situation): Decision {
  const request = parts?.upgrade;
  const known = record.upgrade;
  if (request !== undefined && known?.id !== request.id) return beginUpgrade({ node, record }, request);
  if (known === undefined) return rest(record);
  // The agent ended while it ran; both can be repeated.
  if (known.verdict === 'Downloading')
    return request === undefined
      ? rest(withUpgrade(record, known, 'Failed', 'it was interrupted'))
      : { record, step: stepOf(request) };
  if (known.verdict === 'Staged' && known.bootId === node.bootId) return { record, step: { kind: 'reboot' } };
  return rest(judgeUpgrade(record, known, node));
}

function beginUpgrade(
  { node, record }: Pick<Situation, 'node' | 'record'>,
  request: UpgradeRequest,
): Decision {
  const { id, version, rollBack = false } = request;
  const upgrade: UpgradeAttempt = { id, version, rollBack, bootId: node.bootId, verdict: 'Downloading' };
  const isThere = (node.version === version) !== rollBack;
  if (isThere) return rest(judgeUpgrade(record, upgrade, node));
  return { record: { ...record, upgrade }, step: stepOf(request) };
}

function stepOf(request: UpgradeRequest): Step {
  return { kind: request.rollBack ? 'roll-back' : 'upgrade', request };
}

/** Decides from what runs now. */
function judgeUpgrade(
  record: AgentRecord,
  upgrade: UpgradeAttempt,
  { version, isOnTrial }: Pick<NodeFacts, 'version' | 'isOnTrial'>,
): AgentRecord {
  if (upgrade.verdict === 'Failed' || upgrade.verdict === 'RolledBack') return { ...record, upgrade };
  if (version !== upgrade.version) {
    const message = upgrade.rollBack ? undefined : `the node went back to ${version}`;
    return withUpgrade(record, upgrade, 'RolledBack', message);
  }
  if (upgrade.rollBack) return withUpgrade(record, upgrade, 'Failed', `the node still runs ${version}`);
  return withUpgrade(record, upgrade, isOnTrial ? 'Trial' : 'Healthy');
}

/** Returns the record with another verdict about an upgrade. */
export function withUpgrade(
  record: AgentRecord,
  upgrade: UpgradeAttempt,
  verdict: UpgradeAttempt['verdict'],
  message?: string,
): AgentRecord {
  return { ...record, upgrade: { ...upgrade, verdict, message } };
}
