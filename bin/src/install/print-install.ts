import type { InstallEvent, InstallReport, Preflight } from '@haos/install';
import type { Context, Invocation } from '../command.js';
import { printIssues } from '../config/issues.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import type { ErrorReport } from '../failure.js';
import { formatJson } from '../format-json.js';
import { createPaint } from '../paint.js';
import { errorOfChecks, formatChecks } from '../print-checks.js';

/** Prints the result of an installation or of its checks; resolves to the exit status. */
export async function printInstall(
  result: InstallReport | Preflight,
  { invocation, context }: { invocation: Invocation<'format'>; context: Context },
): Promise<ExitStatus> {
  const { checks, issues, texts } = result;
  const isRefused = checks.some(({ ok }) => !ok);
  const isInvalid = issues.some(({ severity }) => severity === 'error');
  const isDeclined = 'status' in result && result.status === 'declined';
  await printIssues({ issues, texts }, context);
  if (invocation.text('format') === 'json') {
    const { status, disk, stateUuid, set } = result as Partial<InstallReport>;
    const error = isDeclined
      ? DECLINED
      : errorOfChecks(checks, isInvalid ? 'HAOS_CONFIG_INVALID' : 'HAOS_CHECK_FAILED');
    context.out(formatJson({ error, status, checks, issues, disk, stateUuid, set }));
  } else {
    const isChecking = !('status' in result);
    if (isRefused || isChecking)
      context.err(formatChecks(checks, createPaint(await context.hasColor('err'))));
    if (!isChecking) context.err(closingLine(result));
  }
  if (isDeclined) return EXIT.refused;
  if (!isRefused) return EXIT.done;
  return isInvalid ? EXIT.invalid : EXIT.refused;
}

const DECLINED: ErrorReport = {
  code: 'HAOS_DECLINED',
  message: 'the plan was declined; nothing was written',
  hint: null,
};

function closingLine({ status, disk, set }: InstallReport): string {
  return status === 'installed'
    ? `install: HAOS ${set?.haos} is on ${disk}\n`
    : `install: ${status}; nothing was written\n`;
}

const STEPS = {
  format: 'partitioning and formatting',
  copy: 'copying the system',
  configure: 'writing the configuration',
  'boot-loader': 'installing the boot loader',
  verify: 'reading everything back',
  convert: 'converting the disk',
} as const;

/**
 * Returns a function that prints the steps of an installation, and the progress of copying and
 * verifying at each tenth. It prints whole lines without escape codes, because the output may go to
 * a serial console or into a log.
 */
export function printEvents(context: Context): (event: InstallEvent) => void {
  let step = '';
  let isNewTenth = watchTenths(0);
  return (event) => {
    if (event.kind === 'step') {
      step = STEPS[event.step];
      isNewTenth = watchTenths(0);
      context.err(`install: ${step}\n`);
    } else if (event.kind === 'progress') {
      const { done, total } = event;
      if (isNewTenth(done, total)) context.err(`install: ${step}, ${tenthOf(done, total) * 10} %\n`);
    } else printEvent(event, context);
  };
}

function printEvent(event: Exclude<InstallEvent, { kind: 'step' | 'progress' }>, context: Context): void {
  if (event.kind === 'announce') context.err(`install: ${announcement(event)}\n`);
  if (event.kind === 'stopped')
    context.err(`install: ${whatIsThere(event)}; run the installation again to continue\n`);
}

function announcement({
  disk,
  kept,
  replacesState,
  seconds,
}: Extract<InstallEvent, { kind: 'announce' }>): string {
  if (kept !== undefined) return `the system will be written to ${kept}; its persistent data are kept`;
  return replacesState
    ? `the HAOS node on ${disk} WILL BE LOST in ${seconds} seconds; switch off or interrupt to keep it`
    : `everything on ${disk} will be lost`;
}

function whatIsThere({ disk, kept }: Extract<InstallEvent, { kind: 'stopped' }>): string {
  return kept === undefined
    ? `stopped: the installation on ${disk} is incomplete and does not boot`
    : `stopped: the persistent data on ${kept} are unchanged, and either its system or the new one boots`;
}

/** Returns a function that prints the progress of a download at each tenth. */
export function printDownload(
  context: Context,
  command: string,
): (bytes: number, total: number | undefined) => void {
  const isNewTenth = watchTenths(-1);
  return (bytes, total = 0) => {
    if (!isNewTenth(bytes, total)) return;
    context.err(`${command}: downloading the image${total ? `, ${tenthOf(bytes, total) * 10} %` : ''}\n`);
  };
}

/**
 * Returns a function that says whether progress is in another tenth than before. `told`: the tenth
 * that is not worth a line.
 */
function watchTenths(told: number): (done: number, total: number) => boolean {
  let last = told;
  return (done, total) => {
    const before = last;
    last = tenthOf(done, total);
    return last !== before;
  };
}

/** Returns the tenth that was reached; 0 if the total is unknown. */
function tenthOf(done: number, total: number): number {
  return total > 0 ? Math.floor((done / total) * 10) : 0;
}
