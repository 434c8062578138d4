import type { Host } from '@haos/host';
import { withLock } from '@haos/host';
import { type CleanUp, withCleanUp } from '@haos/host/internal';
import { countsBoots } from '../boot/boot-loader.js';
import { findUnusedEntries, placeEntry, placeLoader, usedSets } from '../boot/esp.js';
import { renderReplacement, replaceMenu } from '../boot/menu.js';
import type { Check } from '../check.js';
import {
  COMPONENTS,
  type Component,
  dropUnused,
  isSameSet,
  nameSet,
  type ReleaseSet,
  readSlots,
  setOf,
  versionDirectory,
} from '../components.js';
import { isNamedByVersion, readK3sVersion } from '../k3s-version.js';
import { findKernels, type KernelKind, type Kernels, kernelKind, withKernel } from '../kernel-kind.js';
import { layout } from '../layout.js';
import { openSystem, type System } from '../open-system.js';
import type { ImageOptions, ImageSource } from '../release/open-image.js';
import { type PutOptions, putComponents } from '../release/put-components.js';
import { TRIALS } from './boot-state.js';
import { checkUpgrade, type UpgradePlan } from './check.js';
import { completeIntent, flush, switchSlots } from './complete-intent.js';
import type { Intent } from './intent.js';
import { changeSystem } from './status.js';
import { readBootState } from './stored-boot-state.js';

export interface UpgradeOptions
  extends Pick<PutOptions, 'onProgress' | 'signal'>,
    Pick<ImageOptions, 'proxy' | 'onDownload'> {
  host: Host;
  /**
   * The new release: an ISO, which is verified before it is opened, or a directory with the
   * components. Default for `scratch`: `/var/lib/rancher/HAOS/upgrade`.
   */
  image: ImageSource;
  /**
   * The signed boot image of the new release, for a node that systemd-boot starts. Default: the
   * file with its name in a release, beside the ISO or in the directory of the components.
   */
  bootImage?: string;
  /** Default `/haos/system`. */
  destination?: string;
  /**
   * Upgrade haos and, if the source has it, k3s. Without `rootfs` and `kernel`, everything is
   * upgraded.
   */
  rootfs?: boolean;
  /** Upgrade the kernel. */
  kernel?: boolean;
  /** Also sync all other unwritten data to the disks. Default false: only the copied files. */
  sync?: boolean;
  /** Default `/run/haos/upgrade.lock`. */
  lockFile?: string;
  /** Accept older versions. Default false. */
  allowDowngrade?: boolean;
  /** Accept a k3s that is more than one minor version newer. Default false. */
  allowSkip?: boolean;
  /** Only check and write nothing. Default false. */
  checkOnly?: boolean;
  /** Called when all components are in place and before the next boot changes. */
  beforeSwitch?: () => Promise<void> | void;
}

type PlanOptions = Pick<UpgradeOptions, 'rootfs' | 'kernel' | 'allowDowngrade' | 'allowSkip'> &
  Pick<ImageSource, 'kernelKind'>;

export interface UpgradeReport {
  /**
   * `upgraded`: the next boot starts the new set, on trial. `unchanged`: the node has this set
   * already. `refused`: a check failed, and nothing was written. `checked`: the upgrade is
   * possible.
   */
  status: 'upgraded' | 'unchanged' | 'refused' | 'checked';
  checks: readonly Check[];
  /** The set that boots by default now. */
  from: ReleaseSet;
  /** The set after the upgrade; the same if the image could not be opened. */
  to: ReleaseSet;
  /** Versions that were removed, such as `kernel/6.12.1-v1`. */
  dropped: readonly string[];
}

/**
 * Installs a new release beside the running one and makes it boot next, on trial. All or nothing:
 * it first checks everything, then copies the files and reads them back, and then switches all
 * links together. While it works, a read-only mount of the destination is writable. Throws
 * HAOS_LOCKED if another upgrade runs.
 */
export function upgrade(options: UpgradeOptions): Promise<UpgradeReport> {
  const { host, image } = options;
  if (image.iso === undefined) return upgradeFrom(image.directory ?? layout.system, options);
  // Downloads and unpacked files share one directory.
  return withLock(host, `${layout.upgradeLock}.source`, () => upgradeFromIso(options));
}

function upgradeFromIso(options: UpgradeOptions): Promise<UpgradeReport> {
  const { host, image: source, destination } = options;
  return withCleanUp(async (cleanUp) => {
    // A directory does not load the code that downloads and verifies.
    const { openImage, openScratch } = await import('../release/open-image.js');
    const { scratch = layout.upgradeScratch } = source;
    await openScratch(host, cleanUp, scratch);
    const { slots, state, bootLoader } = openSystem(host, destination);
    const base = slots[state.slot];
    const kind = includesKernel(options) ? neededKind(base, source) : undefined;
    const chosen = { ...source, ...(kind && { kernelKind: kind }), scratch };
    const { checks, image } = await openImage(host, cleanUp, { ...options, ...chosen });
    if (!image) {
      return { status: 'refused', checks, from: base, to: base, dropped: [] };
    }
    const needsBootImage = bootLoader.kind === 'systemd-boot' && options.bootImage === undefined;
    const bootImage = needsBootImage ? await fetchBootImage(cleanUp, options, scratch) : undefined;
    const report = await upgradeFrom(image.directory, { ...options, ...(bootImage && { bootImage }) });
    return { ...report, checks: [...checks, ...report.checks] };
  });
}

/**
 * Downloads the boot image and the boot loader beside an ISO on a web server; undefined if there is
 * none. A local one is found later.
 */
async function fetchBootImage(
  cleanUp: CleanUp,
  { host, image, destination, ...options }: UpgradeOptions,
  directory: string,
): Promise<string | undefined> {
  const { chooseIso, isUrl } = await import('../release/open-image.js');
  const url = await chooseIso(host, image.iso ?? '');
  if (!isUrl(url)) return undefined;
  const { architectureIn, downloadProgram } = await import('../release/download-program.js');
  const { bootImageNames, bootLoaderName } = await import('../boot/boot-image.js');
  const { slots, state } = openSystem(host, destination);
  const kind = neededKind(slots[state.slot], image) ?? 'generic';
  const architecture = architectureIn(url);
  const get = (names: readonly string[], name: string) =>
    downloadProgram(host, cleanUp, { ...options, ...image, url, names, path: `${directory}/${name}` });
  const bootImage = await get(bootImageNames(kind, architecture), 'boot-image.efi');
  // The plan finds the boot loader beside the boot image.
  const loader = bootLoaderName(architecture);
  if (bootImage !== undefined) await get([loader], loader);
  return bootImage;
}

async function upgradeFrom(source: string, options: UpgradeOptions): Promise<UpgradeReport> {
  const { host, destination: directory, lockFile, checkOnly } = options;
  if (checkOnly) return (await check(source, options)).report;
  return changeSystem(host, { directory, lockFile }, () => upgradeAlone(source, options));
}

interface Checked {
  system: System;
  plan: UpgradePlan;
  report: UpgradeReport;
}

async function check(source: string, options: UpgradeOptions): Promise<Checked> {
  const system = openSystem(options.host, options.destination);
  const planned = planUpgrade(system, await readRelease(system, source), { ...options.image, ...options });
  const plan = { ...planned, bootImage: await findBootImage(system, planned, options) };
  const checks = checkUpgrade(plan);
  const isSame = isSameSet(plan.base, plan.target) && !plan.isOtherK3s && checks[0]?.ok;
  const isRefused = checks.some(({ ok }) => !ok);
  const status = isSame ? 'unchanged' : isRefused ? 'refused' : 'checked';
  return { system, plan, report: { status, checks, from: plan.base, to: plan.target, dropped: [] } };
}

/** Most nodes do not load the code that verifies a boot image. */
async function findBootImage(
  system: System,
  plan: UpgradePlan,
  options: UpgradeOptions,
): Promise<UpgradePlan['bootImage']> {
  if (system.bootLoader.kind !== 'systemd-boot') return undefined;
  return (await import('./find-boot-image.js')).findBootImage(system, plan, options);
}

async function upgradeAlone(source: string, options: UpgradeOptions): Promise<UpgradeReport> {
  const { host } = options;
  const destination = options.destination ?? layout.system;
  await completeIntent(host, { directory: destination });
  const { system, plan, report } = await check(source, options);
  if (report.status !== 'checked') return report;
  const { menu } = system.bootLoader;
  const goReplacement = menu?.isGo ? await renderReplacement(host, menu) : undefined;
  const dropped = [...dropUnused(host, destination), ...dropUnusedEntries(system)];
  const components = missingOf(system, plan);
  const putting = { ...options, system: destination, components, readBack: true };
  await putComponents(host, { directory: source, set: plan.offered }, putting);
  await options.beforeSwitch?.();
  if (menu && goReplacement !== undefined) await replaceMenu(host, menu, goReplacement);
  await flush(host);
  const intent: Intent = {
    before: readSlots(host, destination),
    after: { current: plan.target, previous: plan.kept },
    slotBefore: readBootState(host, destination).slot,
  };
  // Without a count, the new set boots without a trial, because nothing could end it.
  const boots = countsBoots(system.bootLoader) ? 'on-trial' : 'at-once';
  await switchSlots(host, intent, { directory: destination, boots });
  if (plan.bootImage?.from !== undefined) {
    // From here on the next boot starts the new set.
    const { from, loader } = plan.bootImage;
    if (loader?.from !== undefined) await placeLoader(host, loader);
    await placeEntry(host, destination, { from, set: nameSet(plan.target), left: TRIALS });
    await flush(host);
    dropped.push(...dropUnusedEntries({ ...system, slots: intent.after }));
  }
  dropped.push(...dropUnused(host, destination));
  if (options.sync) await flush(host);
  return { ...report, status: 'upgraded', dropped };
}

/**
 * Removes the boot images of sets that no slot has and that are not running; returns their paths.
 */
function dropUnusedEntries(system: System): string[] {
  const { host, directory } = system;
  const unused = findUnusedEntries(host, directory, usedSets(system));
  for (const path of unused) host.files.remove(path);
  return unused;
}

/** Returns the components to copy. A running version is already in place and stays untouched. */
function missingOf({ running }: System, { changes, kept, offered }: UpgradePlan): Component[] {
  return changes.filter((component) => ![kept[component], running?.[component]].includes(offered[component]));
}

/** What a source offers, and how its k3s relates to that of a system. */
interface Release {
  source: string;
  set: ReleaseSet;
  kernels: Kernels;
  k3s: UpgradePlan['k3s'];
  isOtherK3s: boolean;
}

async function readRelease({ host, directory, ...system }: System, source: string): Promise<Release> {
  const { current: set } = readSlots(host, source);
  const base = system.slots[system.state.slot];
  return {
    source,
    set,
    kernels: findKernels(host, source, set),
    k3s: {
      base: await readK3sVersion(host, directory, base.k3s),
      offered: await readK3sVersion(host, source, set.k3s),
    },
    isOtherK3s: set.k3s === base.k3s && (await isOtherK3s(host, [source, directory], set.k3s)),
  };
}

/** Returns what an upgrade to a release would do. Reads nothing. */
export function planUpgrade(system: System, release: Release, options: PlanOptions): UpgradePlan {
  const { rootfs = false, kernel = false, allowDowngrade = false, allowSkip = false } = options;
  const wanted = COMPONENTS.filter((name) =>
    name === 'kernel' ? includesKernel(options) : rootfs || !kernel,
  );
  const { host, directory: destination, slots, state } = system;
  const base = slots[state.slot];
  const kind = neededKind(base, options);
  const set = kind === undefined ? release.set : withKernel(release.set, release.kernels[kind]);
  const offered = setOf((component) => (wanted.includes(component) ? set[component] : undefined));
  const isMissing = release.set.kernel !== undefined && set.kernel === undefined && wanted.includes('kernel');
  const hasK3s = offered.k3s !== undefined;
  return {
    host,
    source: release.source,
    destination,
    wanted,
    offered,
    missingKernel: isMissing ? kind : undefined,
    base,
    kept: isPreviousRunning(system) ? slots.previous : base,
    changes: wanted.filter((name) => offered[name] !== undefined && offered[name] !== base[name]),
    target: { ...base, ...offered },
    k3s: { base: release.k3s.base, offered: hasK3s ? release.k3s.offered : undefined },
    isOtherK3s: hasK3s && release.isOtherK3s,
    isSigned: system.bootLoader.kind === 'signed',
    bootImage: undefined,
    allowDowngrade,
    allowSkip,
  };
}

function includesKernel({ rootfs = false, kernel = false }: PlanOptions): boolean {
  return kernel || !rootfs;
}

/**
 * Returns the kind of kernel that an upgrade installs: the chosen one, else that of the set that
 * boots by default. Undefined for a node without a kernel of its own.
 */
function neededKind({ kernel }: ReleaseSet, { kernelKind: chosen }: PlanOptions): KernelKind | undefined {
  return chosen ?? (kernel === undefined ? undefined : kernelKind(kernel));
}

/**
 * Returns whether system directories have different k3s programs under the same name. A name that
 * contains a version is trusted.
 */
async function isOtherK3s(
  host: Host,
  directories: readonly string[],
  name: string | undefined,
): Promise<boolean> {
  if (name === undefined || isNamedByVersion(name)) return false;
  const paths = directories.map((directory) => `${versionDirectory(directory, 'k3s', name)}/k3s`);
  const sizes = new Set(paths.map((path) => host.files.stat(path)?.size));
  if (sizes.has(undefined)) return false; // another check reports this
  if (sizes.size > 1) return true;
  const digests = await Promise.all(paths.map((path) => host.files.digest(path)));
  return new Set(digests).size > 1;
}

/**
 * Returns whether the next boot starts the current set while the previous one runs: the current set
 * has not booted yet, or did not boot this time.
 */
function isPreviousRunning({ slots, state, running }: System): boolean {
  const { slot, trial, tries } = state;
  if (slot !== 'current') return false;
  if (running !== undefined) return isSameSet(running, slots.previous);
  // Not recorded: the set has not booted if GRUB has not counted a boot.
  return trial === nameSet(slots.current) && tries === TRIALS;
}
