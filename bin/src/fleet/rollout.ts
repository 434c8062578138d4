import type { NodeState, Rollout } from '@haos/operator';
import { describeRolloutDetails, formatRolloutDetails } from '@haos/operator/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure } from '../failure.js';
import { type ClusterOptions, openKubectl } from './kubectl.js';
import { print, requireOperands } from './print.js';

const KIND = 'rollouts.haos.io';

type Options = Invocation<ClusterOptions>;

/** `kubectl haos rollout status NAME`: prints a rollout and its nodes. */
export async function runRolloutStatus(
  invocation: Invocation<ClusterOptions | 'output'>,
  context: Context,
): Promise<ExitStatus> {
  const [name = ''] = requireOperands(invocation.operands, ['the NAME of a Rollout']);
  const kubectl = openKubectl(invocation, context);
  const rollout = await kubectl.get<Rollout>(KIND, name);
  const details = describeRolloutDetails(rollout, await kubectl.list<NodeState>('nodestates.haos.io'));
  print(invocation, context, { value: details, text: formatRolloutDetails(details) });
  return EXIT.done;
}

/** `kubectl haos rollout pause NAME`. */
export function runRolloutPause(invocation: Options, context: Context): Promise<ExitStatus> {
  return change(invocation, context, { paused: true }, 'paused: no further node starts');
}

/** `kubectl haos rollout resume NAME`. */
export function runRolloutResume(invocation: Options, context: Context): Promise<ExitStatus> {
  return change(invocation, context, { paused: false }, 'resumed');
}

/** `kubectl haos rollout abort NAME`. */
export function runRolloutAbort(invocation: Options, context: Context): Promise<ExitStatus> {
  const outcome = 'aborted: nodes that apply finish, the others stay as they are and are uncordoned';
  return change(invocation, context, { aborted: true }, outcome);
}

async function change(
  invocation: Options,
  context: Context,
  spec: object,
  outcome: string,
): Promise<ExitStatus> {
  const [name = ''] = requireOperands(invocation.operands, ['the NAME of a Rollout']);
  await openKubectl(invocation, context).patchSpec(KIND, name, spec);
  context.out(`Rollout ${name} ${outcome}\n`);
  return EXIT.done;
}

/** `kubectl haos rollout approve NAME`: approves the plan that the rollout shows now. */
export async function runRolloutApprove(
  invocation: Invocation<ClusterOptions | 'plan'>,
  context: Context,
): Promise<ExitStatus> {
  const [name = ''] = requireOperands(invocation.operands, ['the NAME of a Rollout']);
  const plan = invocation.text('plan');
  const kubectl = openKubectl(invocation, context);
  const { status } = await kubectl.get<Rollout>(KIND, name);
  const current = status?.planHash;
  if (status?.phase !== 'WaitingForApproval' || current === undefined)
    throw new CommandFailure(EXIT.refused, `Rollout ${name} does not wait for an approval`);
  if (plan !== undefined && plan !== current)
    throw new CommandFailure(
      EXIT.refused,
      `the plan of Rollout ${name} is ${current} now`,
      `Look at it with: kubectl haos rollout status ${name}`,
    );
  await kubectl.patchSpec(KIND, name, { approvedPlan: current });
  context.out(`Rollout ${name} approved with plan ${current}\n`);
  return EXIT.done;
}
