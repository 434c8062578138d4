import { type Host, liveHost } from '@haos/host';
import type { Context } from '../command.js';
import { refusal } from '../failure.js';

/** The running machine, for root. A container of a release upgrades its host's directory, so it need not be HAOS itself. */
export function openNode({ env, isRoot }: Context): Host {
  if (!isRoot()) throw refusal('only root may do this', 'use sudo');
  return liveHost(env.DEBUG ? { debug: env.DEBUG } : {});
}
