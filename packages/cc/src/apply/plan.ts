import {
  createRedactor,
  type FileSnapshot,
  type Host,
  type Operation,
  planHost,
  type WriteFileOperation,
} from '@haos/host';
import type { CloudConfig } from '../generated/types.js';
import type { Issue } from '../issue.js';
import { secretsOf } from '../model/secrets.js';
import { requirePhaseOptions } from '../require-argument.js';
import { validateConfig } from '../validate-config.js';
import { targetOf } from './journal.js';
import { type ApplyOptions, apply, isAction } from './run.js';
import type { Failure, Phase, StepResult } from './types.js';

/** One resource and the planned change. */
export interface PlannedChange {
  action: 'create' | 'update' | 'delete';
  kind: Operation['kind'];
  /** A path, the key of a sysctl, or the name of a module. */
  target: string;
  /** A unified diff, or a line of text; never a secret. */
  diff: string | undefined;
}

export interface PlannedStep {
  applier: string;
  changes: PlannedChange[];
  /**
   * Actions that run each time, such as a configured command or a download. They do not count as
   * changes.
   */
  actions: string[];
  /** Steps that need the running kernel, so they cannot be planned for a directory. */
  deferred: string[];
  notes: readonly string[];
  failures: readonly Failure[];
}

export interface Plan {
  phase: Phase;
  steps: PlannedStep[];
  /** Services that would start or restart. */
  restarts: string[];
  /** Whether applying would change anything. */
  hasChanges: boolean;
  /**
   * What `validateConfig` says about the configuration: what has a wrong type is not in the plan.
   */
  issues: Issue[];
}

export interface PlanOptions extends Pick<ApplyOptions, 'phase' | 'incomplete' | 'k3sHold'> {
  /** The machine or tree to plan for; only read. */
  host: Host;
}

/**
 * Returns what applying a configuration in a phase would do. Does not write, run or download
 * anything. Throws HAOS_CC_ARGUMENT for invalid options.
 */
export async function plan(given: CloudConfig, options: PlanOptions): Promise<Plan> {
  requirePhaseOptions(options);
  const { phase } = options;
  const { config, issues } = validateConfig(given);
  const { steps } = await apply(config, { ...options, host: planHost(options.host) });
  const redact = createRedactor(secretsOf(config));
  const planned: PlannedStep[] = [];
  for (const step of steps) planned.push(await planStep(step, redact));
  return {
    phase,
    steps: planned,
    restarts: [...new Set(steps.flatMap(({ operations }) => operations.flatMap(restartedBy)))],
    hasChanges: planned.some(({ changes }) => changes.length > 0),
    issues,
  };
}

async function planStep(step: StepResult, redact: (text: string) => string): Promise<PlannedStep> {
  const planned = step.operations.filter(({ status }) => status !== 'deferred');
  const changes: PlannedChange[] = [];
  for (const operation of mergeWrites(planned.filter((operation) => !isAction(operation)))) {
    changes.push({
      action: actionOf(operation),
      kind: operation.kind,
      target: redact(targetOf(operation)),
      diff: await diffOf(operation, redact),
    });
  }
  return {
    applier: step.applier,
    changes,
    actions: planned.filter(isAction).map((operation) => redact(targetOf(operation))),
    deferred: step.operations
      .filter(({ status }) => status === 'deferred')
      .map((operation) => redact(targetOf(operation))),
    notes: step.notes,
    failures: step.failures,
  };
}

/** Merges several writes of one file into one change, from the first state to the last. */
function mergeWrites(operations: readonly Operation[]): Operation[] {
  const merged: Operation[] = [];
  for (const operation of operations) {
    const earlier = merged.findIndex(
      (candidate) =>
        candidate.kind === 'write-file' &&
        operation.kind === 'write-file' &&
        candidate.path === operation.path,
    );
    if (earlier < 0) merged.push(operation);
    else
      merged[earlier] = {
        ...(operation as WriteFileOperation),
        before: (merged[earlier] as WriteFileOperation).before,
      };
  }
  return merged;
}

function actionOf(operation: Operation): PlannedChange['action'] {
  if (operation.kind === 'remove') return 'delete';
  if (operation.kind === 'make-directory' || operation.kind === 'load-module') return 'create';
  return 'before' in operation && operation.before === undefined ? 'create' : 'update';
}

async function diffOf(operation: Operation, redact: (text: string) => string): Promise<string | undefined> {
  switch (operation.kind) {
    case 'write-file':
      return describeWrite(operation, redact);
    case 'make-directory':
      return `directory, mode ${octal(operation.mode)}`;
    case 'link':
      return `-> ${operation.target}${operation.before === undefined ? '' : ` (was ${operation.before})`}`;
    case 'set-attributes':
      return `mode ${octal(operation.mode)}, owner ${operation.owner.uid}:${operation.owner.gid}`;
    case 'set-hostname':
      return `${operation.before ?? '(none)'} -> ${operation.name}`;
    case 'set-sysctl':
      return `${operation.before ?? '(none)'} -> ${redact(operation.value)}`;
    case 'load-module':
      return operation.parameters.length > 0 ? redact(operation.parameters.join(' ')) : undefined;
    default:
      return undefined;
  }
}

async function describeWrite(
  operation: WriteFileOperation,
  redact: (text: string) => string,
): Promise<string> {
  const { before, after, path } = operation;
  const attributes = attributeLines(before, after);
  if (operation.secret) return [...attributes, 'the content is confidential and not shown'].join('\n');
  const old = textOf(before);
  const text = textOf(after);
  if (old === undefined || text === undefined)
    return [...attributes, `binary, ${after.size} bytes`].join('\n');
  const { createTwoFilesPatch } = await import('diff');
  const patch = createTwoFilesPatch(
    before ? path : '/dev/null',
    path,
    redact(old),
    redact(text),
    undefined,
    undefined,
    {
      context: 2,
      headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
    },
  );
  return [...attributes, patch.trimEnd()].join('\n');
}

function attributeLines(before: FileSnapshot | undefined, after: FileSnapshot): string[] {
  if (!before) return [`mode ${octal(after.mode)}, owner ${after.uid}:${after.gid}`];
  const lines: string[] = [];
  if (before.mode !== after.mode) lines.push(`mode ${octal(before.mode)} -> ${octal(after.mode)}`);
  if (before.uid !== after.uid || before.gid !== after.gid)
    lines.push(`owner ${before.uid}:${before.gid} -> ${after.uid}:${after.gid}`);
  return lines;
}

/** Returns undefined for bytes that are not text, and an empty text if the file does not exist. */
function textOf(snapshot: FileSnapshot | undefined): string | undefined {
  if (!snapshot) return '';
  if (!snapshot.content || snapshot.content.includes(0)) return undefined;
  return new TextDecoder().decode(snapshot.content);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** Returns the service that an OpenRC command starts or restarts. */
function restartedBy(operation: Operation): string[] {
  if (operation.kind !== 'run' || operation.command !== 'rc-service') return [];
  const words = operation.args.filter((word) => !word.startsWith('-'));
  return words[0] && /^(?:re)?start$/.test(words[1] ?? '') ? [words[0]] : [];
}
