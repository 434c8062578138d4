import type { Host } from '@haos/host';
import { askInstallation, confirmPlan, type InstallOptions } from '@haos/install';
import { askOperation, configureRole } from '@haos/install/internal';
import type { Prompter } from '@haos/questions';
import { readMode } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { endInvalid, isInvalid, printIssues } from '../config/issues.js';
import type { ExitStatus } from '../exit-status.js';
import { openPrompter } from './open-prompter.js';

/**
 * Installs with more options. Afterwards the machine restarts or powers off as its options say, or
 * restarts if `restarts` is true.
 */
export type RunInstallation = (
  more: Partial<InstallOptions>,
  then: { restarts: boolean },
) => Promise<ExitStatus>;

/**
 * `haos install` with a person or a file of answers: asks what to do and for what that needs, then
 * does it.
 */
export async function runInterview(
  options: InstallOptions,
  {
    invocation,
    context,
    run,
  }: { invocation: Invocation<'answers' | 'format'>; context: Context; run: RunInstallation },
): Promise<ExitStatus> {
  const { host } = options;
  const prompter = await openPrompter(invocation, context);
  try {
    if ((await findOperation(prompter, host)) === 'configure')
      return await configure(prompter, host, { invocation, context });
    const answers = await askInstallation(prompter, options);
    // The medium's system has nothing left to do; on any other system a person may be working.
    const restarts = readMode(host) !== undefined;
    return await run(
      { ...answers, confirm: (plan) => confirmPlan(prompter, plan, answers.config) },
      { restarts },
    );
  } finally {
    prompter.close();
  }
}

/** Asks for the operation only if HAOS runs from the medium and was not booted to install. */
async function findOperation(prompter: Prompter, host: Host): Promise<'install' | 'configure'> {
  return readMode(host) === 'live' ? askOperation(prompter) : 'install';
}

async function configure(
  prompter: Prompter,
  host: Host,
  { invocation, context }: { invocation: Invocation<'format'>; context: Context },
): Promise<ExitStatus> {
  const report = await configureRole(prompter, host);
  prompter.close();
  if (report) await printIssues(report, context);
  if (report && isInvalid(report.issues, false)) return endInvalid(report, { invocation, context });
  const { applyPhase } = await import('../config/run-phase.js');
  return applyPhase(host, 'install', { invocation, context });
}
