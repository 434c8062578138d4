import type { Host } from '@haos/host';
import { treeSize } from '@haos/host/internal';
import type { BootImageChoice, BootLoaderChoice } from '../boot/check-boot-image.js';
import { type Check, checked, failed, passed } from '../check.js';
import { compareVersions } from '../compare-versions.js';
import { type Component, findUnused, nameSet, type ReleaseSet, versionDirectory } from '../components.js';
import { type KernelKind, lacksKernel } from '../kernel-kind.js';
import { readMode } from '../mode.js';
import { checkArchitecture, checkSpace } from '../release/checks.js';
import { findMissing, sizeOf } from '../release/image.js';
import { imageArchitecture } from '../release/image-architecture.js';
import { readBootState } from './stored-boot-state.js';

/** The plan of an upgrade. */
export interface UpgradePlan {
  host: Host;
  source: string;
  destination: string;
  /** The requested components. */
  wanted: readonly Component[];
  /** The set in the source, with the kernel of this node's kind. */
  offered: ReleaseSet;
  /** The kind of kernel that this node needs, if the source has only the other one. */
  missingKernel?: KernelKind | undefined;
  /** The set that boots by default now. */
  base: ReleaseSet;
  /**
   * The running set, which stays as the previous one: the base, or the set beside an upgrade that
   * has not booted yet.
   */
  kept: ReleaseSet;
  /** The base with the offered components. */
  target: ReleaseSet;
  /** The components in which base and target differ. */
  changes: readonly Component[];
  /** The versions of the k3s programs in the base and in the source; see `readK3sVersion`. */
  k3s: { readonly base: string | undefined; readonly offered: string | undefined };
  /** Whether the source has a different k3s with the same name as that of the base. */
  isOtherK3s: boolean;
  /**
   * Whether a signed boot image starts the node without a boot loader: it refuses other versions
   * than its own.
   */
  isSigned: boolean;
  /** The boot image of the target; undefined if the node needs none. */
  bootImage: BootImageChoice | undefined;
  allowDowngrade: boolean;
  allowSkip: boolean;
}

/** Runs all checks before an upgrade writes; changes nothing. */
export function checkUpgrade(plan: UpgradePlan): Check[] {
  const source = checkSource(plan);
  // Without a source, the other checks have no meaning.
  if (!source.ok) return [source];
  const destination = checkDestination(plan);
  if (!destination.ok) return [source, destination];
  return [
    source,
    destination,
    checkVersions(plan),
    checkMinor(plan),
    ...(plan.isOtherK3s ? [refuseOtherK3s(plan)] : []),
    checkArchitecture({
      image: imageArchitecture(plan.host, plan.source, plan.offered),
      machine: imageArchitecture(plan.host, plan.destination, plan.base),
    }),
    checkRoom(plan),
    ...(plan.isSigned ? [checkSigned(plan)] : []),
    ...(plan.bootImage ? [checkBootImage(plan.bootImage)] : []),
    ...checkState(plan),
  ];
}

/** An image may lack k3s; the installed one stays. */
function checkSource({ host, source, wanted, offered, missingKernel }: UpgradePlan): Check {
  const id = 'source';
  if (missingKernel !== undefined) return lacksKernel(id, source, missingKernel);
  const missing = findMissing(host, source, offered, wanted);
  const hint = 'Name the directory that holds haos, k3s and kernel, such as /haos/system of a release.';
  if (missing !== undefined) return failed(id, missing, hint);
  return passed(id, `${source} has ${wanted.filter((name) => offered[name]).join(', ')}`);
}

function checkDestination({ host, destination, wanted, base }: UpgradePlan): Check {
  const id = 'destination';
  const mode = readMode(host, destination);
  if (mode === 'live' || mode === 'install') {
    const message = `${destination} is on a boot medium that runs in mode ${mode}`;
    return failed(id, message, 'Install HAOS on a disk first.');
  }
  if (base.haos === undefined)
    return failed(id, `${destination} has no HAOS`, 'Name /haos/system of an installed node.');
  if (isOfGo(host, destination, base) && !wanted.includes('haos')) {
    const message = `HAOS ${base.haos} is the Go implementation, which cannot run on the new kernel`;
    return failed(id, message, 'Upgrade haos as well.');
  }
  return passed(id, `${destination} has HAOS ${base.haos}`);
}

/**
 * The kernel is not compared: it belongs to its HAOS, and a newer release may have an older kernel
 * on purpose.
 */
function checkVersions({ host, destination, offered, base, k3s, allowDowngrade }: UpgradePlan): Check {
  const ordered = [
    // The Go implementation has its own version numbers.
    ...(isOfGo(host, destination, base) ? [] : [{ name: 'haos', from: base.haos, to: offered.haos }]),
    { name: 'k3s', from: k3s.base, to: k3s.offered },
  ];
  const older = ordered.find(
    ({ from, to }) => from !== undefined && to !== undefined && compareVersions(to, from) < 0,
  );
  if (older === undefined) return passed('version', 'no component is downgraded');
  const message = `${older.name} would be downgraded: ${older.from} → ${older.to}`;
  return checked('version', allowDowngrade, message, 'Add --allow-downgrade to downgrade on purpose.');
}

/**
 * Returns whether a set is of the Go implementation, whose program contains the root file system.
 */
export function isOfGo(host: Host, directory: string, { haos }: ReleaseSet): boolean {
  return (
    haos !== undefined &&
    host.files.stat(`${versionDirectory(directory, 'haos', haos)}/rootfs.squashfs`) === undefined
  );
}

/**
 * Kubernetes requires upgrades one minor version at a time:
 * https://kubernetes.io/releases/version-skew-policy.
 */
function checkMinor({ k3s, allowSkip }: UpgradePlan): Check {
  const [from, to] = [minorOf(k3s.base), minorOf(k3s.offered)];
  const skips =
    from !== undefined && to !== undefined && (to.major !== from.major || to.minor > from.minor + 1);
  if (!skips) return passed('minor', 'no minor version of k3s is skipped');
  const message = `k3s would skip minor versions: ${k3s.base} → ${k3s.offered}`;
  const hint = 'Upgrade to a release with the next minor version of k3s first, or add --allow-skip.';
  return checked('minor', allowSkip, message, hint);
}

/** Earlier image builders named every k3s that was passed to them `given`. */
function refuseOtherK3s({ source, base }: UpgradePlan): Check {
  const message = `the k3s programs in ${source} and on this node differ, but both are named ${base.k3s}`;
  return failed('content', message, 'Build the image again: the builder now names k3s after its version.');
}

function minorOf(version: string | undefined): { major: number; minor: number } | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version ?? '') ?? [];
  return minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

function checkBootImage(choice: BootImageChoice): Check {
  const id = 'boot-image';
  if (choice.problem !== undefined) return failed(id, choice.problem, choice.hint);
  return passed(id, `${choice.from} starts the new version${describeLoader(choice.loader)}`);
}

function describeLoader(loader: BootLoaderChoice | undefined): string {
  if (loader === undefined) return '';
  return loader.problem === undefined
    ? `, and ${loader.from} replaces the boot loader`
    : `; the boot loader stays, because ${loader.problem}`;
}

/** k3s is not part of what a boot image verifies. */
function checkSigned({ changes }: UpgradePlan): Check {
  const id = 'boot-image';
  const refused = changes.filter((component) => component !== 'k3s');
  if (refused.length === 0) return passed(id, 'the boot image of this node stays valid');
  return failed(
    id,
    `the signed boot image of this node would refuse another version of ${refused.join(' and ')}`,
    'Start the node with systemd-boot, or install the new version with its boot image: docs/secure-boot.md.',
  );
}

/** Bytes to keep free for the records of the file system itself. */
const SPARE = 16 * 1024 * 1024;

function checkRoom({ host, source, destination, offered, changes }: UpgradePlan): Check {
  const unused = findUnused(host, destination).reduce((sum, path) => sum + treeSize(host, path), 0);
  return checkSpace({
    room: host.files.freeSpace(destination) + unused,
    needed: sizeOf(host, source, offered, changes) + SPARE,
    hint: `Free some space on the file system of ${destination}.`,
  });
}

function checkState({ host, destination, base, kept, target }: UpgradePlan): Check[] {
  const { trial, failed } = readBootState(host, destination);
  // A set that has not booted yet may be replaced.
  const isTrying = trial !== undefined && trial === nameSet(base) && kept === base;
  const hasFailed = failed !== undefined && failed === nameSet(target);
  return [
    checked(
      'trial',
      !isTrying,
      isTrying ? 'the running version is still on trial' : 'nothing is on trial',
      'Wait until it is healthy; the previous version is needed until then.',
    ),
    checked(
      'failed',
      !hasFailed,
      hasFailed ? 'this version failed here before' : 'this version did not fail here',
      'Run haos upgrade forget to try it again.',
    ),
  ];
}
