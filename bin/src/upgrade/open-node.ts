import { type Host, liveHost } from '@haos/host';
import { layout, readSlots } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { runsHaos } from '../config/host.js';
import { refusal } from '../failure.js';

/**
 * Opens the running machine, for root only. A container of a release upgrades a directory of its
 * host, so the machine need not run HAOS.
 */
export function openNode({ env, isRoot }: Context): Host {
  if (!isRoot()) throw refusal('HAOS_NOT_ROOT', 'only root can do this', 'Use sudo.');
  return liveHost(env.DEBUG ? { debug: env.DEBUG } : {});
}

/**
 * Opens the running machine and finds the system directory of a node: that of the running node,
 * unless --destination names another.
 */
export function openNodeSystem(
  invocation: Invocation<'destination'>,
  context: Context,
): { host: Host; directory: string } {
  const host = openNode(context);
  const directory = invocation.text('destination')?.replace(/(?<=.)\/+$/, '') ?? layout.system;
  const isOwn = directory === layout.system && runsHaos(host);
  if (!isOwn && readSlots(host, directory).current.haos === undefined)
    throw refusal(
      'HAOS_NOT_HAOS',
      `${directory} does not contain HAOS, and this machine does not run it`,
      'Run this on a node, or name the system directory of one with --destination.',
    );
  return { host, directory };
}
