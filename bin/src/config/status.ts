import { type PhaseJournal, readJournals } from '@haos/cc';
import { type Mode, readMode } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { createPaint, type Paint } from '../paint.js';
import { openHost } from './host.js';

/** `haos config status`: what each phase did in this boot. */
export async function runStatus(invocation: Invocation, context: Context): Promise<ExitStatus> {
  const host = openHost(invocation, context);
  const phases = readJournals(host);
  const mode = readMode(host);
  if (invocation.text('format') === 'json')
    context.out(`${JSON.stringify({ mode: mode ?? null, phases }, null, 2)}\n`);
  else context.out(formatStatus({ mode, phases }, createPaint(await context.hasColor('out'))));
  return statusOf(phases);
}

function statusOf(phases: readonly PhaseJournal[]): ExitStatus {
  if (phases.length === 0 || phases.some(({ state }) => state !== 'done')) return EXIT.failed;
  return phases.some(({ exitStatus }) => exitStatus !== 0) ? EXIT.failedSteps : EXIT.done;
}

/** The journals for people. */
export function formatStatus(
  { mode, phases }: { mode: Mode | undefined; phases: readonly PhaseJournal[] },
  paint: Paint,
): string {
  const lines = [`mode: ${mode ?? 'none'}`, ...phases.flatMap((phase) => formatPhase(phase, paint))];
  if (phases.length === 0) lines.push('no phase ran in this boot');
  return `${lines.join('\n')}\n`;
}

function formatPhase(
  { phase, state, exitStatus, started, ended, steps, issues }: PhaseJournal,
  paint: Paint,
): string[] {
  const failed = steps.filter(({ status }) => status === 'failed');
  const wrong = issues.filter(({ severity }) => severity === 'error');
  const time = ended === undefined ? '' : `, ${((ended - started) / 1000).toFixed(1)} s`;
  const outcome =
    state !== 'done'
      ? paint('yellow', 'not ended')
      : exitStatus === 0
        ? 'done'
        : paint('red', 'done, with failures');
  const changed = steps.filter(({ status }) => status === 'changed').length;
  return [
    `${paint('bold', phase)}: ${outcome}; began ${new Date(started).toISOString()}${time}; ${steps.length} steps, ${changed} changed`,
    ...wrong.map(({ key, message }) => `  left out ${key || 'a source'}: ${message}`),
    ...failed.flatMap(({ applier, failures }) =>
      failures.flatMap(({ message, hint }) => [
        `  failed ${applier}: ${message}`,
        ...(hint ? [`    hint: ${hint}`] : []),
      ]),
    ),
    ...steps.flatMap(({ applier, notes }) => notes.map((note) => `  ${applier}: ${note}`)),
  ];
}
