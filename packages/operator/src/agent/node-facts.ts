import { readJournals } from '@haos/cc';
import { type ConfigTry, readTry } from '@haos/cc/internal';
import type { Host } from '@haos/host';
import { readSecureBoot } from '@haos/host/internal';
import { layout, readMode, readVersion, upgradeStatus } from '@haos/system';
import { isOnTrial, readRunningSet } from '@haos/system/internal';
import type { NodeStateStatus } from '../objects/node-state.js';
import { phaseStates } from './phase-states.js';

/** The file of `config.d` that the agent writes. */
export const NODE_FILE = '50-kubernetes.yaml';

/** What an agent sees of its node. It reads files only, so that it may look often. */
export interface NodeFacts {
  readonly bootId: string;
  /** The running version of HAOS; undefined in no image. */
  readonly version: string | undefined;
  /** Whether the running version is on trial. */
  readonly isOnTrial: boolean;
  /** The SHA-256 of the agent's file; null: there is none. */
  readonly file: string | null;
  /** The last trial of a file of `config.d`. */
  readonly trial: ConfigTry | undefined;
  readonly status: Pick<NodeStateStatus, 'haos' | 'kernel' | 'k3s' | 'bootId' | 'secureBoot' | 'phases'>;
}

/** Reads the facts of a node whose root is that of `host`. */
export async function readNodeFacts(host: Host): Promise<NodeFacts> {
  const read = (path: string) => host.files.readTextIfExists(path)?.trim() || undefined;
  const bootId = read('/proc/sys/kernel/random/boot_id') ?? '';
  const version = readVersion(host);
  const kernel = read('/proc/sys/kernel/osrelease');
  const k3s = readRunningSet(host, layout.system)?.k3s;
  const path = `${layout.localConfigDirectory}/${NODE_FILE}`;
  return {
    bootId,
    version,
    isOnTrial: isOnTrial(host, layout.system),
    file: host.files.lstat(path) ? await host.files.digest(path) : null,
    trial: readTry(host),
    status: {
      ...(version !== undefined && { haos: { version, ...readVersions(host, version) } }),
      ...(kernel !== undefined && { kernel }),
      ...(k3s !== undefined && { k3s }),
      bootId,
      secureBoot: { true: 'Enabled', false: 'Disabled', undefined: 'Unsupported' }[
        `${readSecureBoot(host)}`
      ] as NonNullable<NodeStateStatus['secureBoot']>,
      phases: phaseStates(readJournals(host)),
    },
  };
}

function readVersions(host: Host, version: string): Omit<NonNullable<NodeStateStatus['haos']>, 'version'> {
  const mode = readMode(host);
  const { slots, state } = upgradeStatus(host);
  const next = slots[state.slot].haos;
  const installed = [slots.current.haos, slots.previous.haos].filter((name) => name !== undefined);
  return {
    ...(mode !== undefined && { mode }),
    ...(installed.length > 0 && { slots: [...new Set(installed)] }),
    ...(next !== undefined && next !== version && { next }),
  };
}
