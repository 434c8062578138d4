import { confirm, type Prompter } from '@haos/questions';
import type { ConfigSource } from '../options.js';
import type { InstallPlan } from '../preflight.js';
import { hasData } from './describe-disk.js';
import { describePlan } from './describe-plan.js';

/** Shows the whole plan and asks whether to continue. If data would be lost, the default is no. */
export function confirmPlan(prompter: Prompter, plan: InstallPlan, config: ConfigSource): Promise<boolean> {
  prompter.tell(describePlan(plan, config));
  const { disk, existing } = plan;
  if (existing)
    return confirm(prompter, { name: 'proceed', message: `Install to ${existing.state}`, default: true });
  const isEmpty = !hasData(disk);
  return confirm(prompter, {
    name: 'proceed',
    message: isEmpty ? `Install to ${disk.path}` : `Erase everything on ${disk.path}, and install`,
    default: isEmpty,
  });
}
