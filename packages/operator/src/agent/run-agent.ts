import { readJournals } from '@haos/cc';
import { type Host, isHaosError } from '@haos/host';
import type { Condition } from '../objects/metadata.js';
import type { NodeParts } from '../objects/node-parts.js';
import type { Drift, NodePlan, NodeStateStatus } from '../objects/node-state.js';
import { type AgentRecord, readRecord, writeRecord } from './agent-record.js';
import { type Decision, decide, ended, isFileOnTrial, REBOOTING, type Step, withUpgrade } from './decide.js';
import { findDrift } from './find-drift.js';
import { hiddenTexts, hideInPlan, hideInStatus } from './hide-secrets.js';
import type { NodeCommands } from './node-commands.js';
import { formatFailures } from './node-commands.js';
import { type NodeFacts, readNodeFacts } from './node-facts.js';
import { toNodePlan } from './node-plan.js';
import { nodeStatus } from './node-status.js';
import { type RenderedParts, renderParts } from './render-parts.js';

/** What an agent needs of the API server. */
export interface AgentApi {
  /** Returns what the operator wants of the node; undefined if it has not said anything yet. */
  parts(): NodeParts | undefined;
  /** Resolves when that changes, after this many milliseconds, or when the signal aborts. */
  changed(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Writes the status of the NodeState. */
  publish(status: NodeStateStatus): Promise<void>;
}

export interface AgentOptions {
  /** The files of the node. */
  readonly host: Host;
  readonly commands: NodeCommands;
  readonly api: AgentApi;
  readonly agentVersion: string;
  readonly signal: AbortSignal;
  /** Called with a failure; the agent goes on after a pause. */
  readonly onError: (error: unknown) => void;
  /** Called before each step that does something. */
  readonly onStep?: (step: Step) => void;
}

/** Milliseconds between two looks at the node: while something is going on, and else. */
const [SOON, LATER] = [10_000, 60_000];

/** Milliseconds between two looks for drift, for which a program of the node runs. */
const DRIFT = 600_000;

/** Milliseconds after which an unchanged status is published again. */
const HEARTBEAT = 300_000;

/**
 * Brings a node to what the operator wants and reports, until the signal aborts. Whatever it does,
 * it remembers on the node before, so that it may be killed at any moment. It works while the API
 * server cannot be reached, and reports later.
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const memory: Memory = {};
  while (!options.signal.aborted) {
    const pause = await takeTurn(options, memory).catch((error: unknown) => {
      options.onError(error);
      return SOON;
    });
    if (pause > 0) await options.api.changed(pause, options.signal);
  }
}

/** What an agent knows until it ends; it finds out all of it again. */
interface Memory {
  plan?: { readonly digest: string | null; readonly file: string | null; readonly plan: NodePlan };
  refusal?: { readonly digest: string | null; readonly file: string | null; readonly problem: string };
  drift?: { readonly file: string | null; readonly at: number; readonly found: readonly Drift[] };
  published?: { readonly text: string; readonly at: number };
  conditions?: readonly Condition[];
}

/** Looks, reports, and does one step. Returns the milliseconds until the next turn. */
async function takeTurn(options: AgentOptions, memory: Memory): Promise<number> {
  const { host, api } = options;
  const parts = api.parts();
  const node = await readNodeFacts(host);
  const merged = parts && (await renderParts(parts.parts));
  const isKnown = (what: { digest: string | null; file: string | null } | undefined) =>
    what !== undefined && what.digest === merged?.digest && what.file === node.file;
  const problem = merged?.problem ?? (isKnown(memory.refusal) ? memory.refusal?.problem : undefined);
  const rendered = merged && { ...merged, problem };
  const plan =
    memory.plan && parts && isKnown(memory.plan) ? { ...memory.plan.plan, wanted: parts.hash } : undefined;
  const before = readRecord(host);
  const turn: Turn = { node, parts, rendered, plan };
  const { record: decided, step }: Decision = decide({ ...turn, record: before });
  const record = withHidden(decided, turn);
  if (JSON.stringify(record) !== JSON.stringify(before)) writeRecord(host, record);
  if (!QUIET.includes(step.kind)) await report(options, memory, turn, { record, step });
  if (step.kind !== 'rest') {
    options.onStep?.(step);
    await perform(step, { ...options, memory, turn, record });
    return 0;
  }
  if (await lookForDrift(options, memory, turn)) return 0;
  const isBusy = node.trial?.state === 'pending' || record.upgrade?.verdict === 'Trial';
  return isBusy ? SOON : LATER;
}

/** Remembers what must not be shown, until nothing of the node has it any more. */
function withHidden(record: AgentRecord, { node, parts, rendered }: Turn): AgentRecord {
  const { hidden: earlier, ...others } = record;
  const isSettled = rendered !== undefined && node.file === rendered.digest && !isFileOnTrial(node);
  const hidden = hiddenTexts(parts, isSettled ? [] : earlier);
  return hidden.length === 0 ? others : { ...others, hidden };
}

/** Steps before which nothing is new for the operator. */
const QUIET: readonly Step['kind'][] = ['plan', 'resume', 'confirm'];

interface Turn {
  readonly node: NodeFacts;
  readonly parts: NodeParts | undefined;
  readonly rendered: RenderedParts | undefined;
  readonly plan: NodePlan | undefined;
}

async function report(
  { api, host, agentVersion, onError }: AgentOptions,
  memory: Memory,
  turn: Turn,
  { record, step }: Decision,
): Promise<void> {
  const now = new Date(host.clock.now());
  const waiting = step.kind === 'rest' ? step.waiting : undefined;
  const facts = {
    agentVersion,
    ...turn,
    record,
    waiting,
    drift: memory.drift?.found,
    before: memory.conditions,
  };
  const status = hideInStatus(nodeStatus(facts, now), hiddenTexts(turn.parts, record.hidden));
  const { heartbeat: _, ...content } = status;
  const text = JSON.stringify(content);
  const isFresh = memory.published !== undefined && now.getTime() - memory.published.at < HEARTBEAT;
  if (isFresh && memory.published?.text === text) return;
  try {
    await api.publish(status);
    memory.published = { text, at: now.getTime() };
    memory.conditions = status.conditions ?? [];
  } catch (error) {
    onError(error); // The node does not depend on it.
  }
}

interface Performing extends AgentOptions {
  readonly memory: Memory;
  readonly turn: Turn;
  readonly record: AgentRecord;
}

async function perform(step: Step, performing: Performing): Promise<void> {
  const { commands } = performing;
  switch (step.kind) {
    case 'plan':
      return planParts(performing);
    case 'apply':
      return applyParts(performing, () => commands.apply(performing.turn.rendered?.content, step.trial));
    case 'resume':
      return applyParts(performing, () => commands.resume());
    case 'confirm':
      return commands.confirm();
    case 'revert':
      return commands.revert();
    case 'upgrade':
    case 'roll-back':
      return upgrade(step, performing);
    case 'reboot':
      await commands.reboot();
      // The node ends this process.
      return performing.host.clock.sleep(LATER, performing.signal).catch(() => {});
    case 'rest':
  }
}

async function planParts({ commands, memory, record, turn }: Performing): Promise<void> {
  const { node, parts, rendered } = turn;
  const output = await commands.planFile(rendered?.content);
  const about = { digest: rendered?.digest ?? null, file: node.file };
  if ('problem' in output) memory.refusal = { ...about, problem: output.problem };
  else {
    const shown = hideInPlan(output, hiddenTexts(parts, record.hidden));
    memory.plan = { ...about, plan: toNodePlan(shown, parts?.hash ?? '') };
  }
}

async function applyParts(
  { host, record }: Performing,
  run: () => Promise<'busy' | readonly string[]>,
): Promise<void> {
  const known = failuresBefore(host);
  const failures = await run();
  const { attempt } = record;
  if (failures === 'busy') {
    await host.clock.sleep(SOON);
    return;
  }
  if (attempt === undefined) return;
  const own = failures.filter((failure) => !known.includes(failure));
  if (own.length > 0)
    writeRecord(host, ended(record, attempt, { result: 'Failed', message: own.slice(0, 5).join('; ') }));
  else if (attempt.needsBoot) writeRecord(host, { ...record, attempt: { ...attempt, message: REBOOTING } });
  else writeRecord(host, ended(record, attempt, { result: 'Applied' }));
}

/** What failed already in the last runtime phase is not the fault of new parts. */
function failuresBefore(host: Host): string[] {
  const runtime = readJournals(host).find(({ phase }) => phase === 'runtime');
  return formatFailures(runtime?.steps ?? []);
}

async function upgrade(
  step: Extract<Step, { kind: 'upgrade' | 'roll-back' }>,
  { commands, host, record }: Performing,
): Promise<void> {
  const attempt = record.upgrade;
  if (attempt === undefined) return;
  try {
    if (step.kind === 'upgrade') await commands.upgrade(step.request);
    else await commands.rollBack();
    writeRecord(host, withUpgrade(record, attempt, 'Staged'));
  } catch (error) {
    if (!isHaosError(error)) throw error;
    writeRecord(host, withUpgrade(record, attempt, 'Failed', error.message));
  }
}

/** Returns whether it looked: seldom, and only while the node has what it should have. */
async function lookForDrift(
  { commands, host }: AgentOptions,
  memory: Memory,
  { node, rendered }: Turn,
): Promise<boolean> {
  const now = host.clock.now();
  const isFresh =
    memory.drift !== undefined && memory.drift.file === node.file && now - memory.drift.at < DRIFT;
  if (isFresh || rendered === undefined || node.file !== rendered.digest) return false;
  memory.drift = { file: node.file, at: now, found: findDrift(await commands.plan(), rendered) };
  return true;
}
