import { createRedactor, type Host, isHaosError } from '@haos/host';
import { readAddresses, readRaidArrays, readRootHash, readSecureBoot, utf8 } from '@haos/host/internal';
import { layout, type Mode, readMode, readNodeHealth, readVersion, upgradeStatus } from '@haos/system';
import {
  isNodeReady,
  readBooted,
  readEncryption,
  readRunningSet,
  readSlot,
  upgradeVerdict,
} from '@haos/system/internal';
import { findK3s } from '../appliers/k3s/k3s.js';
import { K3S_SERVICE, k3sPaths } from '../appliers/k3s/k3s-service.js';
import { QUICK_STARTS, SOON } from '../appliers/k3s/k3s-start-script.js';
import { type PhaseJournal, readJournals } from '../apply/journal.js';
import { readDataSourceReport } from '../datasources/report.js';
import { secretsOf } from '../model/secrets.js';
import { requireHost } from '../require-argument.js';
import { readConfig } from '../sources/read.js';
import { type ConfigurationStatus, summariseConfiguration } from './configuration.js';
import { explainLog, LOG_TAIL, type LogFinding } from './explain-log.js';
import { judgeKubernetes, type K3sRole, type KubernetesFacts } from './kubernetes.js';
import { judgeNode, type NodeStatus } from './node-status.js';

/**
 * Reads the state of a node and changes nothing. If k3s should run, it asks Kubernetes, which takes
 * at most half a minute. For a directory tree it reports only what the files show.
 */
export async function readNodeStatus(host: Host): Promise<NodeStatus> {
  requireHost(host);
  const mode = readMode(host);
  const journals = readJournals(host);
  const [addresses, kubernetes] = await Promise.all([readAddresses(host), readKubernetes(host, journals)]);
  return judgeNode({
    hostname: readHostname(host),
    version: readVersion(host),
    mode,
    secureBoot: readSecureBoot(host),
    rootHash: readRootHash(host),
    encryption: await readEncryption(host),
    addresses,
    arrays: readRaidArrays(host),
    ...readUpgrade(host, mode),
    configuration: waitForRuntime(summariseConfiguration(journals, readDataSourceReport(host)), host),
    kubernetes: judgeKubernetes(kubernetes),
  });
}

function readHostname({ files, kernel }: Host): string | undefined {
  return kernel.hostname() ?? (files.readTextIfExists('/etc/hostname')?.trim() || undefined);
}

/**
 * A machine that has only booted is not finished yet. The purpose of a directory tree is unknown.
 */
function waitForRuntime(configuration: ConfigurationStatus, host: Host): ConfigurationStatus {
  const isOver =
    host.kind !== 'live' || configuration.state === 'none' || configuration.phases.includes('runtime');
  return isOver ? configuration : { ...configuration, state: 'running' };
}

/** Only a system on a disk has versions to choose from. */
function readUpgrade(host: Host, mode: Mode | undefined): Pick<NodeStatus, 'slots' | 'upgrade'> {
  if (mode === 'live' || mode === 'install') return { slots: undefined, upgrade: undefined };
  const status = upgradeStatus(host);
  const isThere = status.slots.current.haos !== undefined;
  return isThere
    ? { slots: status.slots, upgrade: upgradeVerdict(status, readBooted(host).onTrial) }
    : { slots: undefined, upgrade: undefined };
}

async function readKubernetes(host: Host, journals: readonly PhaseJournal[]): Promise<KubernetesFacts> {
  const isInstalled = findK3s(host) !== undefined || host.files.stat(layout.k3sRefused) !== undefined;
  const { start, hold } = readMode(host) === 'install' ? { start: 'skipped' as const } : readStart(host);
  const isAsked = isInstalled && start !== 'skipped' && host.kind === 'live';
  const isUp = isAsked ? await isServiceUp(host) : undefined;
  const health = isAsked && (start !== 'held' || isUp) ? await readNodeHealth(host) : undefined;
  return {
    isInstalled,
    version: readK3sVersion(host),
    role: readRole(host),
    start,
    hold,
    isConfigured: journals.some(({ phase, state }) => phase === 'runtime' && state === 'done'),
    isServiceUp: isUp,
    health,
    finding: health === undefined || isNodeReady(health) ? undefined : await readFinding(host),
  };
}

/** Returns what the runtime phase wrote, and why. Before that, an installed k3s is `wanted`. */
function readStart({ files }: Host): Pick<KubernetesFacts, 'start'> & { hold?: string } {
  const [word, hold = ''] = (files.readTextIfExists(layout.k3sStart) ?? '').split('\n');
  if (word === 'held') return { start: word, hold };
  return { start: word === 'skipped' || word === 'nodeless' ? word : 'wanted' };
}

/**
 * Returns the version of the set that booted, else of the slot. A live system has only the latter.
 */
function readK3sVersion(host: Host): string | undefined {
  return readRunningSet(host)?.k3s ?? readSlot(host, 'k3s', { slot: readBooted(host).slot });
}

/** Returns the role that the service starts. */
function readRole({ files }: Host): K3sRole | undefined {
  const texts = [k3sPaths.startScript, k3sPaths.service].map((path) => files.readTextIfExists(path));
  const words = texts.map((text) => /(?:\bk3s|command_args=)['"\s]+(server|agent)\b/.exec(text ?? '')?.[1]);
  return words.find((word) => word !== undefined) as K3sRole | undefined;
}

async function isServiceUp(host: Host): Promise<boolean> {
  try {
    await host.run('rc-service', [K3S_SERVICE, 'status'], { readOnly: true, accept: [0, 8] });
    return true;
  } catch (error) {
    if (!isHaosError(error)) throw error;
    return false; // stopped, crashed, or not created yet
  }
}

async function readFinding(host: Host): Promise<LogFinding | undefined> {
  const size = host.files.stat(k3sPaths.log)?.size ?? 0;
  if (size === 0) return explainStarts(host);
  const offset = Math.max(0, size - LOG_TAIL);
  const bytes = host.files.readAt(k3sPaths.log, { offset, length: LOG_TAIL });
  const secrets = secretsOf((await readConfig(host)).config);
  return explainLog(utf8(bytes), createRedactor(secrets)) ?? explainStarts(host);
}

/**
 * The script of k3s (k3s-start-script.ts) stores how often k3s exited soon, and when it last
 * started: seconds since the kernel did.
 */
function explainStarts({ files }: Host): LogFinding | undefined {
  const [count = 0, last = 0] = (files.readTextIfExists(k3sPaths.starts) ?? '').trim().split(' ').map(Number);
  const uptime = Number.parseFloat(files.readTextIfExists('/proc/uptime') ?? '');
  if (!(count >= QUICK_STARTS && uptime - last < SOON)) return undefined;
  return {
    message: `k3s exited soon after each of its last ${count} starts`,
    hint: `Look at the end of ${k3sPaths.log}.`,
  };
}
