import {
  COMPONENTS,
  type Component,
  dropUnused,
  isSameSet,
  type ReleaseSet,
  readSlots,
  type Slots,
  STAGING_PREFIX,
  versionDirectory,
} from '../components.js';
import { copyTree, verifyTree } from '../copy-tree.js';
import type { Host } from '../host/types.js';
import { layout } from '../layout.js';
import { withLock } from '../lock.js';
import { withWritable } from '../writable.js';
import { readBootState } from './boot-state.js';
import { type Check, checkUpgrade, type UpgradePlan } from './check.js';
import { completeIntent, flush, switchSlots } from './complete-intent.js';

export interface UpgradeOptions {
  host: Host;
  /** The directory with the new components, such as `/haos/system` of a release. */
  source: string;
  /** Default `/haos/system`. */
  destination?: string;
  /** Upgrade haos and, where the source has it, k3s. Without this and `kernel` everything is. */
  rootfs?: boolean;
  /** Upgrade the kernel. */
  kernel?: boolean;
  /** Let everything else that is still in memory reach the disks, too. Default false: only what is copied does. */
  sync?: boolean;
  /** Default `/run/haos/upgrade.lock`. */
  lockFile?: string;
  /** Default false. */
  allowDowngrade?: boolean;
  /** Ends the copying; nothing boots differently then. */
  signal?: AbortSignal;
  /** Called with the bytes of a component that are done. */
  onProgress?: (component: Component, bytes: number) => void;
}

export interface UpgradeReport {
  /** `upgraded`: the next boot takes the new set, on trial. `refused`: a check failed, and nothing was written. */
  status: 'upgraded' | 'unchanged' | 'refused';
  checks: readonly Check[];
  from: ReleaseSet;
  to: ReleaseSet;
  /** Versions that are not kept any more, such as `kernel/6.12.1-v1`. */
  dropped: readonly string[];
}

/**
 * Puts a new release beside the one that runs, and makes it the one that boots next, on trial. All or nothing: everything is
 * checked first, copied and read back, and then the links are moved as one. A read-only mount of the destination is made writable
 * meanwhile. HAOS_LOCKED when another upgrade runs.
 */
export function upgrade(options: UpgradeOptions): Promise<UpgradeReport> {
  const { host, destination = layout.system, lockFile = layout.upgradeLock } = options;
  return withLock(host, lockFile, () => withWritable(host, destination, () => upgradeAlone(options)));
}

async function upgradeAlone(options: UpgradeOptions): Promise<UpgradeReport> {
  const { host } = options;
  const destination = options.destination ?? layout.system;
  await completeIntent(host, { directory: destination });
  const plan = planUpgrade({ ...options, destination });
  const report = { from: plan.base, to: plan.target, dropped: [] };
  const checks = checkUpgrade(plan);
  if (isSameSet(plan.base, plan.target) && checks[0]?.ok) return { ...report, status: 'unchanged', checks };
  if (checks.some(({ ok }) => !ok)) return { ...report, status: 'refused', checks };
  const dropped = dropUnused(host, destination);
  for (const component of plan.changes) await stage(plan, component, options);
  await flush(host);
  const slotBefore = readBootState(host, destination).slot;
  const before = readSlots(host, destination);
  const after = { current: plan.target, previous: plan.base };
  await switchSlots(host, { before, after, slotBefore }, destination);
  dropped.push(...dropUnused(host, destination));
  if (options.sync) await flush(host);
  return { ...report, status: 'upgraded', checks, dropped };
}

function planUpgrade(options: UpgradeOptions & { destination: string }): UpgradePlan {
  const { host, source, destination, rootfs = false, kernel = false, allowDowngrade = false } = options;
  const isAll = !rootfs && !kernel;
  const wanted = COMPONENTS.filter((name) => isAll || (name === 'kernel' ? kernel : rootfs));
  const { current } = readSlotsIfThere(host, source);
  const offered: ReleaseSet = pick(current, wanted);
  const base = readSlots(host, destination)[readBootState(host, destination).slot];
  const changes = wanted.filter((name) => offered[name] !== undefined && offered[name] !== base[name]);
  return {
    host,
    source,
    destination,
    wanted,
    offered,
    base,
    changes,
    target: { ...base, ...offered },
    allowDowngrade,
  };
}

function readSlotsIfThere(host: Host, directory: string): Slots {
  return host.files.stat(directory)?.type === 'directory'
    ? readSlots(host, directory)
    : { current: {}, previous: {} };
}

function pick(set: ReleaseSet, components: readonly Component[]): ReleaseSet {
  return Object.fromEntries(
    components.filter((name) => set[name] !== undefined).map((name) => [name, set[name]]),
  );
}

/**
 * Brings a version of a component into place: copied under another name, read back, renamed. One of that name which the slot
 * that does not boot by default still has is replaced: what it holds is not known.
 */
async function stage(plan: UpgradePlan, component: Component, options: UpgradeOptions): Promise<void> {
  const { host, source, destination, offered } = plan;
  const version = offered[component] ?? '';
  const from = versionDirectory(source, component, version);
  const to = versionDirectory(destination, component, version);
  const staging = `${destination}/${component}/${STAGING_PREFIX}${version}`;
  const { signal } = options;
  host.files.remove(staging);
  const onProgress = (bytes: number) => options.onProgress?.(component, bytes);
  const files = await copyTree(host, from, staging, { onProgress, ...(signal && { signal }) });
  await verifyTree(host, staging, { files, ...(signal && { signal }) });
  host.files.remove(to);
  host.files.move(staging, to);
}
