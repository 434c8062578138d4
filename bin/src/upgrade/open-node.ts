import { type Host, liveHost } from '@haos/host';
import type { Context } from '../command.js';
import { refusal } from '../failure.js';

/**
 * Opens the running machine, for root only. A container of a release upgrades a directory of its
 * host, so the machine need not run HAOS.
 */
export function openNode({ env, isRoot }: Context): Host {
  if (!isRoot()) throw refusal('only root can do this', 'Use sudo.');
  return liveHost(env.DEBUG ? { debug: env.DEBUG } : {});
}
