import { type ApplyOptions, type Phase, type RunPhaseResult, runPhase, type StepResult } from '@haos/cc';
import { summarise } from '@haos/cc/internal';
import type { Host } from '@haos/host';
import type { Context, Invocation } from '../command.js';
import type { ExitStatus } from '../exit-status.js';
import { formatJson } from '../format-json.js';
import { createPaint, type Paint } from '../paint.js';
import { openHost } from './host.js';
import { printIssues } from './issues.js';
import { phaseOf } from './phase.js';

/** `haos config`: runs a phase. */
export function runPhaseCommand(
  invocation: Invocation<'root' | 'format', 'initrd' | 'boot' | 'install' | 'quiet'>,
  context: Context,
): Promise<ExitStatus> {
  const phase = phaseOf(invocation);
  return applyPhase(openHost(invocation, context), phase, {
    invocation,
    context,
    isQuiet: invocation.has('quiet'),
  });
}

/**
 * Runs a phase and prints each step on standard error when it ends. With --format json it also
 * prints the whole result on standard output.
 */
export async function applyPhase(
  host: Host,
  phase: Phase,
  {
    invocation,
    context,
    isQuiet = false,
  }: { invocation: Invocation<'format'>; context: Context; isQuiet?: boolean },
): Promise<ExitStatus> {
  const result = await printSteps(context, isQuiet, (progress) => runPhase({ host, phase, ...progress }));
  await printPhase(result, { context, isQuiet });
  if (invocation.text('format') === 'json') context.out(formatJson(withoutContents(result)));
  return result.exitStatus;
}

/** Runs a phase with `run`, and prints what its commands print and each step when it ends. */
export async function printSteps<T>(
  context: Context,
  isQuiet: boolean,
  run: (progress: Pick<ApplyOptions, 'onOutput' | 'onStep'>) => Promise<T>,
): Promise<T> {
  const paint = createPaint(await context.hasColor('err'));
  context.onInterrupt();
  return run({
    onOutput: (line) => context.err(`${line}\n`),
    onStep: (step) => context.err(formatStep(step, { paint, isQuiet })),
  });
}

/** Prints the issues of the configuration and the sum of a phase. */
export async function printPhase(
  result: RunPhaseResult,
  { context, isQuiet = false }: { context: Context; isQuiet?: boolean },
): Promise<void> {
  const issues = isQuiet ? result.issues.filter(({ severity }) => severity === 'error') : result.issues;
  await printIssues({ issues, texts: new Map() }, context);
  if (!isQuiet) context.err(closingLine(result));
}

const MARKS = {
  changed: ['green', '~'],
  ran: ['green', '>'],
  deferred: ['dim', '.'],
  skipped: ['dim', '-'],
  failed: ['red', 'x'],
} as const;

/**
 * Returns a line for a step that did something or failed, and one for each failure and note;
 * nothing for an unchanged step.
 */
function formatStep(
  { applier, status, operations, failures, notes }: StepResult,
  { paint, isQuiet }: { paint: Paint; isQuiet: boolean },
): string {
  if (status === 'unchanged' || (isQuiet && status !== 'failed')) return '';
  const [color, mark] = MARKS[status];
  const targets = operations
    .filter((operation) => operation.status === 'done')
    .map((operation) => summarise(operation).target);
  const lines = [
    `${paint(color, `${mark} ${status}`)} ${applier}${targets.length > 0 ? `: ${[...new Set(targets)].join(', ')}` : ''}`,
    ...failures.flatMap(({ message, hint }) => [`    ${message}`, ...(hint ? [`    hint: ${hint}`] : [])]),
    ...notes.map((note) => `    ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

function closingLine({ phase, steps, issues }: RunPhaseResult): string {
  const count = (wanted: string) => steps.filter(({ status }) => status === wanted).length;
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  const parts = [`${steps.length} steps`, `${count('changed')} changed`, `${count('failed')} failed`];
  if (errors > 0) parts.push(`${errors} error${errors === 1 ? '' : 's'} in the configuration`);
  return `${phase}: ${parts.join(', ')}\n`;
}

/** Returns what a journal may keep of a result: operations without contents. */
export function withoutContents({ phase, exitStatus, issues, steps }: RunPhaseResult): object {
  return {
    phase,
    exitStatus,
    issues,
    steps: steps.map((step) => ({ ...step, operations: step.operations.map(summarise) })),
  };
}
