import { type Host, liveHost } from '@haos/host';
import { layout, readSlots } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { runsHaos } from '../config/host.js';
import { refusal } from '../failure.js';

/** The running machine, for root. A container of a release upgrades its host's directory, so it need not be HAOS itself. */
export function openNode({ env, isRoot }: Context): Host {
  if (!isRoot()) throw refusal('HAOS_NOT_ROOT', 'only root may do this', 'use sudo');
  return liveHost(env.DEBUG ? { debug: env.DEBUG } : {});
}

/**
 * The same with the system directory of a node, that of the running one unless --destination names
 * another.
 */
export function openSystem(
  invocation: Invocation<'destination'>,
  context: Context,
): { host: Host; directory: string } {
  const host = openNode(context);
  const directory = invocation.text('destination')?.replace(/(?<=.)\/+$/, '') ?? layout.system;
  const isOwn = directory === layout.system && runsHaos(host);
  if (!isOwn && readSlots(host, directory).current.haos === undefined)
    throw refusal(
      'HAOS_NOT_HAOS',
      `${directory} has no HAOS: this machine does not run it`,
      'run this on a node, or name the system directory of one with --destination',
    );
  return { host, directory };
}
