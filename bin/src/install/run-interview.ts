import type { Host } from '@haos/host';
import {
  askInstallation,
  askOperation,
  configureRole,
  confirmPlan,
  type InstallOptions,
} from '@haos/install';
import type { Respondent } from '@haos/questions';
import { readMode } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { isInvalid, printIssues } from '../config/issues.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import type { RunInstallation } from './install.js';
import { openRespondent } from './open-respondent.js';

/** `haos install` with a person, or a file of answers: asks what is to be done and what that needs, and does it. */
export async function runInterview(
  options: InstallOptions,
  { invocation, context, run }: { invocation: Invocation; context: Context; run: RunInstallation },
): Promise<ExitStatus> {
  const { host } = options;
  const respondent = await openRespondent(invocation, context);
  try {
    if ((await findOperation(respondent, host)) === 'configure')
      return await configure(respondent, host, { invocation, context });
    const answers = await askInstallation(respondent, options);
    const all = { ...options, ...answers };
    // On the medium's system there is nothing left to do; on any other somebody is at work.
    const restarts = readMode(host) !== undefined;
    return await run({ ...answers, confirm: (target) => confirmPlan(respondent, target, all) }, { restarts });
  } finally {
    respondent.close();
  }
}

/** There is a choice only on a HAOS that runs from the medium and was not started to install. */
async function findOperation(respondent: Respondent, host: Host): Promise<'install' | 'configure'> {
  return readMode(host) === 'live' ? askOperation(respondent) : 'install';
}

async function configure(
  respondent: Respondent,
  host: Host,
  { invocation, context }: { invocation: Invocation; context: Context },
): Promise<ExitStatus> {
  const report = await configureRole(respondent, host);
  respondent.close();
  if (report) await printIssues(report, context);
  if (report && isInvalid(report.issues, false)) return EXIT.invalid;
  const { applyPhase } = await import('../config/run-phase.js');
  return applyPhase(host, 'install', { invocation, context });
}
