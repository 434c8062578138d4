import { type Host, liveHost, rootedHost } from '@haos/host';
import { layout, readMode } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { refusal } from '../failure.js';

/**
 * Opens the system that a command works on: the directory of --root or, for root only, the running
 * machine.
 */
export function openHost(invocation: Invocation<'root'>, { env, isRoot }: Context): Host {
  const root = invocation.text('root');
  const options = env.DEBUG ? { debug: env.DEBUG } : {};
  if (root !== undefined) return rootedHost(root, options);
  if (!isRoot())
    throw refusal(
      'only root can do this on the running machine',
      'Use sudo, or name a directory with --root.',
    );
  return liveHost(options);
}

/**
 * Opens the system that a command changes. Refuses a running machine that is not HAOS, because HAOS
 * must not replace the configuration of another system.
 */
export function openHostToChange(invocation: Invocation<'root'>, context: Context): Host {
  return requireHaos(openHost(invocation, context));
}

/** Returns the host; refuses a running machine that is not HAOS. */
export function requireHaos(host: Host): Host {
  const isHaos =
    host.kind !== 'live' || readMode(host) !== undefined || host.files.stat(layout.version) !== undefined;
  if (!isHaos)
    throw refusal('this machine does not run HAOS', 'Name the directory of a HAOS system with --root.');
  return host;
}
