import type { Host } from '@haos/host';
import { askInstallation, confirmPlan, type InstallOptions } from '@haos/install';
import { askOperation, configureRole } from '@haos/install/internal';
import type { Prompter } from '@haos/questions';
import { readMode } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { endInvalid, isInvalid, printIssues } from '../config/issues.js';
import type { ExitStatus } from '../exit-status.js';
import { openPrompter } from './open-prompter.js';

/** Installs with options that became known meanwhile, and restarts as far as that is wanted or `restarts` says. */
export type RunInstallation = (
  more: Partial<InstallOptions>,
  then: { restarts: boolean },
) => Promise<ExitStatus>;

/** `haos install` with a person, or a file of answers: asks what is to be done and what that needs, and does it. */
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
    const all = { ...options, ...answers };
    // On the medium's system there is nothing left to do; on any other somebody is at work.
    const restarts = readMode(host) !== undefined;
    return await run({ ...answers, confirm: (target) => confirmPlan(prompter, target, all) }, { restarts });
  } finally {
    prompter.close();
  }
}

/** There is a choice only on a HAOS that runs from the medium and was not started to install. */
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
