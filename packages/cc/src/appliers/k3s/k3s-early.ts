import { layout } from '@haos/system';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { CloudConfig } from '../../generated/types.js';
import { checkK3s, isK3sBlocked } from '../../rules/k3s.js';
import { shippedManifests } from '../manifests/shipped-manifests.js';
import { hasK3sData } from '../mounts/mounts.js';
import { isHostname, keptHostname } from '../network/hostname.js';
import { decideStart, findK3s, k3s } from './k3s.js';
import { digestInputs } from './k3s-inputs.js';
import { k3sPaths } from './k3s-service.js';

/**
 * Lets k3s start before the runtime phase if that phase cannot change what k3s starts with: no user
 * data will come, no `run_cmd` prepares the node, and the node has its name, which is its identity
 * in the cluster. This is the last step of the boot phase, so that the digest covers what
 * `write_files` and `boot_cmd` wrote.
 */
export const k3sEarly: Applier = {
  name: 'k3s-early',
  keys: [...k3s.keys, 'hostname', 'haos.data_sources', 'haos.mounts'],
  always: true,
  async apply(config, context) {
    const { files } = context.host;
    const binary = findK3s(context.host);
    if (binary === undefined || !isSettled(config, context) || !isToStart(config, context, binary)) {
      if (files.stat(k3sPaths.early) !== undefined) files.remove(k3sPaths.early);
      return;
    }
    await shippedManifests.apply(config, context, undefined);
    files.write(k3sPaths.early, `${await digestInputs(context.host, binary)}\n`, { mode: 0o600 });
  },
};

function isToStart(config: CloudConfig, { mode }: ApplyContext, binary: string): boolean {
  const decision = decideStart(config, binary);
  return mode !== 'install' && (decision === 'wanted' || decision === 'nodeless');
}

/** Returns whether the runtime phase will find the configuration and the node as they are now. */
function isSettled(config: CloudConfig, { host, incomplete, k3sHold }: ApplyContext): boolean {
  const { hostname, runCmd, haos = {} } = config;
  const isPending = [haos.dataSources, runCmd].some((list) => list?.some((entry) => entry.trim() !== ''));
  // Whether the disk is there is known only later.
  if (hasK3sData(config)) return false;
  if (k3sHold !== undefined || isK3sBlocked(checkK3s(haos))) return false;
  const isNamed = isHostname(hostname ?? '') || keptHostname(host) !== undefined;
  return (
    !isPending && isNamed && incomplete !== true && host.files.stat(layout.deliveredUserData) === undefined
  );
}
