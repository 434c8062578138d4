import type { Host } from '@haos/host';
import { choose, type Prompter } from '@haos/questions';
import { layout } from '@haos/system';
import { listFittingDisks } from '../disk/device.js';
import type { TargetOptions } from '../options.js';
import { describeDisk } from './describe-disk.js';

/**
 * Returns the disk to install to; asks only if several fit. Returns undefined if none fits; the
 * checks of the installation say why.
 */
export async function askDevice(
  prompter: Prompter,
  host: Host,
  { minimumSize }: Pick<TargetOptions, 'minimumSize'>,
): Promise<string | undefined> {
  const commandLine = host.files.readTextIfExists(layout.kernelCommandLine) ?? '';
  const disks = await listFittingDisks(host, { commandLine, ...(minimumSize && { minimumSize }) });
  if (disks.length < 2) return disks[0]?.path;
  return choose(prompter, {
    name: 'device',
    message: 'Install to; everything on it will be lost',
    choices: disks.map((disk) => ({ value: disk.path, label: describeDisk(disk) })),
  });
}
