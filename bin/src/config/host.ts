import { type Host, liveHost, rootedHost } from '@haos/host';
import { layout, readMode } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { refusal } from '../failure.js';

/**
 * The system a command works on: the directory of --root, or the running machine, for root only. A
 * machine that runs something else than HAOS is refused: what it has is not the state of a node,
 * and its own configuration is not for HAOS to replace.
 */
export function openHost(invocation: Invocation<'root'>, context: Context): Host {
  const host = openMachine(invocation, context);
  if (host.kind === 'live' && !runsHaos(host))
    throw refusal(
      'HAOS_NOT_HAOS',
      'this machine does not run HAOS',
      'name the directory of a HAOS system with --root',
    );
  return host;
}

/** The same, whatever the running machine runs. */
export function openMachine(invocation: Invocation<'root'>, { env, isRoot }: Context): Host {
  const root = invocation.text('root');
  const options = env.DEBUG ? { debug: env.DEBUG } : {};
  if (root !== undefined) return rootedHost(root, options);
  if (!isRoot())
    throw refusal(
      'HAOS_NOT_ROOT',
      'only root may do this on the running machine',
      'use sudo, or name a directory with --root',
    );
  return liveHost(options);
}

/** Whether a machine runs HAOS, early boot included. */
export function runsHaos(host: Host): boolean {
  return readMode(host) !== undefined || host.files.stat(layout.version) !== undefined;
}
