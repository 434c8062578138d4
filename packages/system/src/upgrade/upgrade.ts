import type { Host } from '@haos/host';
import { withLock } from '@haos/host';
import { copyTree, verifyTree, withCleanUp, withWritable } from '@haos/host/internal';
import {
  COMPONENTS,
  type Component,
  dropUnused,
  isSameSet,
  nameSet,
  type ReleaseSet,
  readRunningSet,
  readSlots,
  type Slots,
  STAGING_PREFIX,
  versionDirectory,
} from '../components.js';
import { isNamedByVersion, readK3sVersion } from '../k3s-version.js';
import { layout } from '../layout.js';
import { readBootState, TRIALS } from './boot-state.js';
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
  /** Take older versions, too. Default false. */
  allowDowngrade?: boolean;
  /** Take a k3s that is more than one minor version newer. Default false. */
  allowSkip?: boolean;
  /** Only check; nothing is written. Default false. */
  checkOnly?: boolean;
  /**
   * Whether the boot loader counts the boots of what is on trial. Default true. Where it does not, the new set is taken without a trial,
   * which nothing could end.
   */
  isCounted?: boolean;
  /** Called when all components are there and before the next boot changes, such as to prepare the boot loader. */
  beforeSwitch?: () => Promise<void> | void;
  /** Ends the copying; nothing boots differently then. */
  signal?: AbortSignal;
  /** Called with the bytes of a component that are done. */
  onProgress?: (component: Component, bytes: number) => void;
}

export interface UpgradeReport {
  /**
   * `upgraded`: the next boot takes the new set, on trial. `unchanged`: it has it already. `refused`: a check failed, and nothing was
   * written. `checked`: it could be upgraded.
   */
  status: 'upgraded' | 'unchanged' | 'refused' | 'checked';
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
export async function upgrade(options: UpgradeOptions): Promise<UpgradeReport> {
  const { host, destination = layout.system, lockFile = layout.upgradeLock } = options;
  if (options.checkOnly) return (await check(options)).report;
  return withLock(host, lockFile, () => withWritable(host, destination, () => upgradeAlone(options)));
}

async function check(options: UpgradeOptions): Promise<{ plan: UpgradePlan; report: UpgradeReport }> {
  const plan = await planUpgrade({ ...options, destination: options.destination ?? layout.system });
  const checks = checkUpgrade(plan);
  const isSame = isSameSet(plan.base, plan.target) && !plan.isOtherK3s && checks[0]?.ok;
  const isRefused = checks.some(({ ok }) => !ok);
  const status = isSame ? 'unchanged' : isRefused ? 'refused' : 'checked';
  return { plan, report: { status, checks, from: plan.base, to: plan.target, dropped: [] } };
}

async function upgradeAlone(options: UpgradeOptions): Promise<UpgradeReport> {
  const { host } = options;
  const destination = options.destination ?? layout.system;
  await completeIntent(host, { directory: destination });
  const { plan, report } = await check(options);
  if (report.status !== 'checked') return report;
  const dropped = dropUnused(host, destination);
  // A version that runs is there, and is not touched.
  const running = readRunningSet(host, destination);
  const missing = plan.changes.filter(
    (component) => ![plan.kept[component], running?.[component]].includes(plan.offered[component]),
  );
  for (const component of missing) await stage(plan, component, options);
  await options.beforeSwitch?.();
  await flush(host);
  const slotBefore = readBootState(host, destination).slot;
  const before = readSlots(host, destination);
  const after = { current: plan.target, previous: plan.kept };
  const { isCounted = true } = options;
  await switchSlots(host, { before, after, slotBefore }, { directory: destination, isCounted });
  dropped.push(...dropUnused(host, destination));
  if (options.sync) await flush(host);
  return { ...report, status: 'upgraded', dropped };
}

async function planUpgrade(options: UpgradeOptions & { destination: string }): Promise<UpgradePlan> {
  const { host, source, destination, rootfs = false, kernel = false } = options;
  const isAll = !rootfs && !kernel;
  const wanted = COMPONENTS.filter((name) => isAll || (name === 'kernel' ? kernel : rootfs));
  const { current } = readSlotsIfThere(host, source);
  const offered: ReleaseSet = pick(current, wanted);
  const slots = readSlots(host, destination);
  const base = slots[readBootState(host, destination).slot];
  const changes = wanted.filter((name) => offered[name] !== undefined && offered[name] !== base[name]);
  return {
    host,
    source,
    destination,
    wanted,
    offered,
    base,
    kept: isPreviousRunning(host, destination) ? slots.previous : base,
    changes,
    target: { ...base, ...offered },
    k3s: {
      base: await readK3sVersion(host, destination, base.k3s),
      offered: await readK3sVersion(host, source, offered.k3s),
    },
    isOtherK3s: await isOtherK3s(host, { source, destination, name: offered.k3s, base: base.k3s }),
    allowDowngrade: options.allowDowngrade ?? false,
    allowSkip: options.allowSkip ?? false,
  };
}

/** Whether two programs lie under one name that says nothing about them. A name with a version is believed. */
async function isOtherK3s(
  host: Host,
  {
    source,
    destination,
    name,
    base,
  }: { source: string; destination: string; name: string | undefined; base: string | undefined },
): Promise<boolean> {
  if (name === undefined || name !== base || isNamedByVersion(name)) return false;
  const [theirs, ours] = [source, destination].map(
    (directory) => `${versionDirectory(directory, 'k3s', name)}/k3s`,
  ) as [string, string];
  const sizes = [theirs, ours].map((path) => host.files.stat(path)?.size);
  if (sizes.includes(undefined)) return false; // another check says so
  if (sizes[0] !== sizes[1]) return true;
  return (await host.files.digest(theirs)) !== (await host.files.digest(ours));
}

/** Whether the next boot takes the current set, and what runs is the previous one: the current set was not booted yet, or is not now. */
function isPreviousRunning(host: Host, directory: string): boolean {
  const { slot, trial, tries } = readBootState(host, directory);
  if (slot !== 'current') return false;
  const { current, previous } = readSlots(host, directory);
  const running = readRunningSet(host, directory);
  if (running !== undefined) return isSameSet(running, previous);
  // Not written down: where GRUB counts, it has not counted a boot.
  return trial === nameSet(current) && tries === TRIALS;
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
  await withCleanUp(async (cleanUp) => {
    // A node whose disk is full or whose upgrade was interrupted needs the room.
    cleanUp.onError(() => void host.files.remove(staging));
    const files = await copyTree(host, from, staging, { onProgress, ...(signal && { signal }) });
    await verifyTree(host, staging, { files, ...(signal && { signal }) });
  });
  host.files.remove(to);
  host.files.move(staging, to);
}
