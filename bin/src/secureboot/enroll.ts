import { type EnrolmentPlan, enrollKeys, KEY_NAMES, nameProgram, planEnrolment } from '@haos/system/internal';
import { isConfirmed } from '../ask-person.js';
import type { Context, Invocation } from '../command.js';
import { runsHaos } from '../config/host.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { refusal } from '../failure.js';
import { formatJson } from '../format-json.js';
import { formatSection } from '../format-section.js';
import { openNode } from '../upgrade/open-node.js';
import { formatKeys } from './format-keys.js';
import { readDirectory } from './read-directory.js';

/** `haos secureboot enroll`: gives the firmware of this machine the keys of its owner. */
export async function runEnroll(
  invocation: Invocation<'format', 'yes'>,
  context: Context,
): Promise<ExitStatus> {
  const directory = readDirectory(invocation);
  const host = openNode(context);
  if (!runsHaos(host))
    throw refusal('HAOS_NOT_HAOS', 'this machine does not run HAOS', 'Boot the ISO, and run it there.');
  const plan = await planEnrolment(host, directory);
  const consequences = formatConsequences(plan);
  if (!invocation.has('yes') && !(await isConfirmed(context, { name: 'enroll', consequences })))
    throw refusal('HAOS_DECLINED', 'no key was enrolled', 'Answer yes, or add --yes.');
  await enrollKeys(host, plan);
  const { keys, replaced, programs } = plan;
  if (invocation.text('format') === 'json') context.out(formatJson({ keys, replaced, programs }));
  else
    context.err(
      'secureboot: the keys are enrolled; they count from the next start on\n' +
        '  Then `haos secureboot status` says whether Secure Boot is on. If not, turn it on in the set-up of the firmware.\n',
    );
  return EXIT.done;
}

function formatConsequences({ keys, replaced, programs }: EnrolmentPlan): string {
  const starts =
    programs.length === 0
      ? ['what an installation from here puts on a disk; no disk has HAOS yet']
      : programs.map(nameProgram);
  return [
    ...KEY_NAMES.flatMap((key) => formatSection(key, formatKeys(keys[key]))),
    ...(replaced.length > 0 ? formatSection('replaced', formatKeys(replaced)) : []),
    ...formatSection('still starts', starts),
    'From the next start on, the firmware starts only programs that are signed with a key of db. Other media and',
    'systems do not start any more, the ISO of HAOS included, until the keys are deleted in the set-up of the firmware.',
  ].join('\n');
}
