import { confirm, type Respondent } from '@haos/questions';
import type { PreflightOptions, Target } from '../preflight.js';
import { hasData } from './describe-disk.js';
import { describePlan } from './describe-plan.js';

/** Shows the whole plan and asks whether to go on; where something would be lost, nothing but a clear yes is one. */
export function confirmPlan(
  respondent: Respondent,
  target: Target,
  options: Pick<PreflightOptions, 'configUrl' | 'answers'>,
): Promise<boolean> {
  respondent.tell(describePlan(target, options));
  const { disk, existing } = target;
  if (existing)
    return confirm(respondent, { name: 'proceed', message: `Install to ${existing.state}`, default: true });
  const isEmpty = !hasData(disk);
  return confirm(respondent, {
    name: 'proceed',
    message: isEmpty ? `Install to ${disk.path}` : `Erase everything on ${disk.path}, and install`,
    default: isEmpty,
  });
}
