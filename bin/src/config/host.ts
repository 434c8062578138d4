import { type Host, liveHost, rootedHost } from '@haos/host';
import { layout, readMode } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { refusal } from '../failure.js';

/**
 * Opens the system that a command works on: the directory of --root or, for root only, the running
 * machine. Refuses a running machine that is not HAOS: it does not have the state of a node, and
 * HAOS must not replace the configuration of another system.
 */
export function openHost(invocation: Invocation<'root'>, context: Context): Host {
  const host = openMachine(invocation, context);
  if (host.kind === 'live' && !runsHaos(host))
    throw refusal(
      'HAOS_NOT_HAOS',
      'this machine does not run HAOS',
      'Name the directory of a HAOS system with --root.',
    );
  return host;
}

/** Opens the same system, but accepts a running machine that is not HAOS. */
export function openMachine(invocation: Invocation<'root'>, { env, isRoot }: Context): Host {
  const root = invocation.text('root');
  const options = env.DEBUG ? { debug: env.DEBUG } : {};
  if (root !== undefined) return rootedHost(root, options);
  if (!isRoot())
    throw refusal(
      'HAOS_NOT_ROOT',
      'only root can do this on the running machine',
      'Use sudo, or name a directory with --root.',
    );
  return liveHost(options);
}

/** Returns whether a machine runs HAOS; early boot counts, too. */
export function runsHaos(host: Host): boolean {
  return readMode(host) !== undefined || host.files.stat(layout.version) !== undefined;
}
