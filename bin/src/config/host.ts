import { type Host, liveHost, rootedHost } from '@haos/host';
import { layout, readMode } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { refusal } from '../failure.js';

/** The system a command works on: the directory of --root, or the running machine, for root only. */
export function openHost(invocation: Invocation<'root'>, { env, isRoot }: Context): Host {
  const root = invocation.text('root');
  const options = env.DEBUG ? { debug: env.DEBUG } : {};
  if (root !== undefined) return rootedHost(root, options);
  if (!isRoot())
    throw refusal(
      'only root may do this on the running machine',
      'use sudo, or name a directory with --root',
    );
  return liveHost(options);
}

/**
 * The same for a command that changes the system. A machine that runs something else than HAOS is refused: its own
 * configuration is not for HAOS to replace.
 */
export function openHostToChange(invocation: Invocation<'root'>, context: Context): Host {
  return requireHaos(openHost(invocation, context));
}

/** The host itself; a running machine that is not HAOS is refused. */
export function requireHaos(host: Host): Host {
  const isHaos =
    host.kind !== 'live' || readMode(host) !== undefined || host.files.stat(layout.version) !== undefined;
  if (!isHaos)
    throw refusal('this machine does not run HAOS', 'name the directory of a HAOS system with --root');
  return host;
}
