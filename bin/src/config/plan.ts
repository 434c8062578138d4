import { type CloudConfig, type Phase, type Plan, type PlannedStep, plan } from '@haos/cc';
import { keysForNextBoot, readConfig } from '@haos/cc/internal';
import type { Host } from '@haos/host';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { formatJson } from '../format-json.js';
import { createPaint, type Paint } from '../paint.js';
import { openHost } from './host.js';
import { endInvalid, isInvalid, printIssues } from './issues.js';
import { phaseOf } from './phase.js';

/** `haos config plan`: prints what a phase would do. */
export async function runPlan(
  invocation: Invocation<'root' | 'format', 'initrd' | 'boot' | 'install' | 'strict'>,
  context: Context,
): Promise<ExitStatus> {
  const phase = phaseOf(invocation);
  const host = openHost(invocation, context);
  return printPlan(host, { phase, isStrict: invocation.has('strict'), invocation, context });
}

interface PlanToPrint {
  phase: Phase;
  isStrict: boolean;
  /** The configuration before a file changes; undefined: no file changes. */
  before?: CloudConfig;
  invocation: Invocation<'format'>;
  context: Context;
}

/** Plans the configuration of a node and prints the plan. */
export async function printPlan(
  host: Host,
  { phase, isStrict, before, invocation, context }: PlanToPrint,
): Promise<ExitStatus> {
  const result = await readConfig(host);
  await printIssues(result, context);
  if (isInvalid(result.issues, isStrict)) return endInvalid(result, { invocation, context });
  const { config, isIncomplete: incomplete, k3sHold } = result;
  const planned = await plan(config, { host, phase, incomplete, k3sHold });
  const needBoot = before ? keysForNextBoot(before, config) : [];
  if (invocation.text('format') === 'json')
    context.out(formatJson({ ...planned, ...(before && { needBoot }), issues: result.issues }));
  else {
    context.out(formatPlan(planned, createPaint(await context.hasColor('out'))));
    if (needBoot.length > 0) context.out(`only the next boot completes: ${needBoot.join(', ')}\n`);
  }
  if (planned.hasChanges) return EXIT.changes;
  return planned.steps.some(({ failures }) => failures.length > 0) ? EXIT.failedSteps : EXIT.done;
}

const MARKS = { create: '+', update: '~', delete: '-' } as const;
const COLORS = { create: 'green', update: 'yellow', delete: 'red' } as const;

/**
 * Formats a plan for people: for each step what it would change, with a diff, what it would run,
 * and what would fail.
 */
function formatPlan({ phase, steps, restarts, hasChanges }: Plan, paint: Paint): string {
  const blocks = steps.map((step) => formatStep(step, paint)).filter((lines) => lines.length > 1);
  if (restarts.length > 0)
    blocks.push(['services', ...restarts.map((name) => `  ! ${name} would be started or restarted`)]);
  const count = steps.reduce((sum, { changes }) => sum + changes.length, 0);
  const closing = hasChanges
    ? `${phase}: ${count} change${count === 1 ? '' : 's'}`
    : `${phase}: nothing would change`;
  return `${[...blocks.map((lines) => lines.join('\n')), closing].join('\n\n')}\n`;
}

function formatStep(
  { applier, changes, actions, deferred, notes, failures }: PlannedStep,
  paint: Paint,
): string[] {
  return [
    paint('bold', applier),
    ...changes.flatMap(({ action, target, kind, diff }) => [
      `  ${paint(COLORS[action], MARKS[action])} ${action} ${describe(kind, target)}`,
      ...(diff ? diff.split('\n').map((line) => `      ${paintDiff(line, paint)}`) : []),
    ]),
    ...actions.map((action) => `  > would run or fetch: ${action}`),
    ...deferred.map((target) => `  . only on the running system: ${target}`),
    ...notes.map((note) => `  i ${note}`),
    ...failures.flatMap(({ message, hint }) => [
      `  ${paint('red', 'x would fail')}: ${message}`,
      ...(hint ? [`      hint: ${hint}`] : []),
    ]),
  ];
}

const KINDS: Readonly<Record<string, string>> = {
  'make-directory': 'directory ',
  link: 'link ',
  'set-attributes': 'attributes of ',
  'set-hostname': 'host name ',
  'set-sysctl': 'kernel setting ',
  'load-module': 'kernel module ',
};

function describe(kind: string, target: string): string {
  return `${KINDS[kind] ?? ''}${target}`;
}

function paintDiff(line: string, paint: Paint): string {
  if (line.startsWith('+')) return paint('green', line);
  if (line.startsWith('-')) return paint('red', line);
  return line;
}
