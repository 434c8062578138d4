import type { Host } from '@haos/host';
import { megabytes, treeSize } from '@haos/host/internal';
import { ARCHITECTURE_BYTES, type Architecture, architectureOf } from '../architecture.js';
import { compareVersions } from '../compare-versions.js';
import {
  COMPONENT_FILES,
  type Component,
  findUnused,
  nameSet,
  type ReleaseSet,
  versionDirectory,
} from '../components.js';
import { readBootState } from './boot-state.js';
import { readModeOf } from './booted.js';

/** One condition of an upgrade. */
export interface Check {
  /** Stable, such as `space`. */
  id: string;
  ok: boolean;
  /** What was found. */
  message: string;
  /** What to do, when it is not ok. */
  hint?: string;
}

/** What an upgrade would do. */
export interface UpgradePlan {
  host: Host;
  source: string;
  destination: string;
  /** The components that are asked for. */
  wanted: readonly Component[];
  /** What is in the source. */
  offered: ReleaseSet;
  /** What boots by default now. */
  base: ReleaseSet;
  /** What runs, and stays to go back to: the base, or what an upgrade that was not booted yet was put beside. */
  kept: ReleaseSet;
  /** The base with what is offered. */
  target: ReleaseSet;
  /** Where the two differ. */
  changes: readonly Component[];
  /** What the k3s programs of the base and of the source say of themselves; see `readK3sVersion`. */
  k3s: { readonly base: string | undefined; readonly offered: string | undefined };
  /** The source has another k3s under the name of the base's. */
  isOtherK3s: boolean;
  allowDowngrade: boolean;
  allowSkip: boolean;
}

/** Checks everything before an upgrade writes; changes nothing. */
export function checkUpgrade(plan: UpgradePlan): Check[] {
  const source = checkSource(plan);
  // The rest could only repeat that there is nothing.
  if (!source.ok) return [source];
  const destination = checkDestination(plan);
  if (!destination.ok) return [source, destination];
  return [
    source,
    destination,
    checkVersions(plan),
    checkMinor(plan),
    ...(plan.isOtherK3s ? [refuseOtherK3s(plan)] : []),
    checkArchitecture(plan),
    checkSpace(plan),
    ...checkState(plan),
  ];
}

function checkSource({ host, source, wanted, offered }: UpgradePlan): Check {
  const hint = 'Name the directory that holds haos, k3s and kernel, such as /haos/system of a release.';
  for (const component of wanted) {
    const version = offered[component];
    if (version === undefined) {
      // k3s may be missing in an image; what is installed stays.
      if (component === 'k3s') continue;
      return { id: 'source', ok: false, message: `${source} has no current ${component}`, hint };
    }
    const directory = versionDirectory(source, component, version);
    const missing = COMPONENT_FILES[component].find(
      (file) => host.files.stat(`${directory}/${file}`)?.type !== 'file',
    );
    if (missing !== undefined)
      return { id: 'source', ok: false, message: `${directory} has no ${missing}`, hint };
  }
  return {
    id: 'source',
    ok: true,
    message: `${source} has ${wanted.filter((name) => offered[name]).join(', ')}`,
  };
}

function checkDestination({ host, destination, wanted, base }: UpgradePlan): Check {
  const id = 'destination';
  const mode = readModeOf(host, destination);
  if (mode === 'live' || mode === 'install') {
    const message = `${destination} belongs to a medium that runs in mode ${mode}`;
    return { id, ok: false, message, hint: 'Install HAOS on a disk first.' };
  }
  if (base.haos === undefined) {
    const hint = 'Name /haos/system of an installed node.';
    return { id, ok: false, message: `${destination} has no HAOS`, hint };
  }
  if (isOfGo(host, destination, base) && !wanted.includes('haos')) {
    const message = `HAOS ${base.haos} is of the Go implementation, and cannot run on this kernel`;
    return { id, ok: false, message, hint: 'Upgrade haos, too.' };
  }
  return { id, ok: true, message: `${destination} holds HAOS ${base.haos}` };
}

/** A kernel belongs to its HAOS and has no order of its own: a newer release may bring an older kernel on purpose. */
function checkVersions({ host, destination, offered, base, k3s, allowDowngrade }: UpgradePlan): Check {
  const ordered = [
    // Versions of the Go implementation count on their own.
    ...(isOfGo(host, destination, base) ? [] : [{ name: 'haos', from: base.haos, to: offered.haos }]),
    { name: 'k3s', from: k3s.base, to: k3s.offered },
  ];
  const older = ordered.find(
    ({ from, to }) => from !== undefined && to !== undefined && compareVersions(to, from) < 0,
  );
  if (older === undefined) return { id: 'version', ok: true, message: 'no component becomes older' };
  return {
    id: 'version',
    ok: allowDowngrade,
    message: `${older.name} would go back from ${older.from} to ${older.to}`,
    ...(!allowDowngrade && { hint: 'Add --allow-downgrade to go back on purpose.' }),
  };
}

/** Whether a set is of the Go implementation, which keeps its root inside of its program. */
export function isOfGo(host: Host, directory: string, { haos }: ReleaseSet): boolean {
  return (
    haos !== undefined &&
    host.files.stat(`${versionDirectory(directory, 'haos', haos)}/rootfs.squashfs`) === undefined
  );
}

/** Kubernetes is upgraded one minor version after the other: https://kubernetes.io/releases/version-skew-policy. */
function checkMinor({ k3s, allowSkip }: UpgradePlan): Check {
  const [from, to] = [minorOf(k3s.base), minorOf(k3s.offered)];
  const skips =
    from !== undefined && to !== undefined && (to.major !== from.major || to.minor > from.minor + 1);
  if (!skips) return { id: 'minor', ok: true, message: 'no minor version of k3s is skipped' };
  return {
    id: 'minor',
    ok: allowSkip,
    message: `k3s would skip minor versions: ${k3s.base} → ${k3s.offered}`,
    ...(!allowSkip && {
      hint: 'Upgrade to a release with the next minor version of k3s first, or add --allow-skip.',
    }),
  };
}

/** Images of earlier builders call a k3s that was given to them `given`, whatever it is. */
function refuseOtherK3s({ source, base }: UpgradePlan): Check {
  return {
    id: 'content',
    ok: false,
    message: `the k3s of ${source} is another program than that of this node, and both are named ${base.k3s}`,
    hint: 'Build the image again: the builder names k3s by its version now.',
  };
}

function minorOf(version: string | undefined): { major: number; minor: number } | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version ?? '') ?? [];
  return minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

function checkArchitecture({ host, source, destination, offered, base }: UpgradePlan): Check {
  const [theirs, ours] = [findArchitecture(host, source, offered), findArchitecture(host, destination, base)];
  const ok = theirs === undefined || ours === undefined || theirs === ours;
  return {
    id: 'architecture',
    ok,
    message: ok
      ? `the architecture is ${ours ?? theirs ?? 'not told by the files'}`
      : `the source is for ${theirs}, this node is ${ours}`,
    ...(!ok && { hint: `Take the release for ${ours}.` }),
  };
}

/** The architecture of the first file of a set that tells it. */
function findArchitecture(host: Host, directory: string, set: ReleaseSet): Architecture | undefined {
  for (const [component, file] of TELLING_FILES) {
    const version = set[component];
    const path = version && `${versionDirectory(directory, component, version)}/${file}`;
    if (!path || host.files.stat(path)?.type !== 'file') continue;
    const found = architectureOf(host.files.head(path, ARCHITECTURE_BYTES));
    if (found) return found;
  }
  return undefined;
}

const TELLING_FILES: readonly (readonly [Component, string])[] = [
  ['haos', 'haos'],
  ['haos', 'busybox'],
  ['k3s', 'k3s'],
  ['kernel', 'vmlinuz'],
];

/** Bytes left free beside what is copied: the file system's own records. */
const SPARE = 16 * 1024 * 1024;

function checkSpace({ host, source, destination, offered, changes }: UpgradePlan): Check {
  const needed = changes.reduce((sum, component) => {
    const version = offered[component];
    return version === undefined ? sum : sum + treeSize(host, versionDirectory(source, component, version));
  }, SPARE);
  const unused = findUnused(host, destination).reduce((sum, path) => sum + treeSize(host, path), 0);
  const free = host.files.freeSpace(destination) + unused;
  const ok = free >= needed;
  return {
    id: 'space',
    ok,
    message: `${megabytes(free)} MB are free, ${megabytes(needed)} MB are needed`,
    ...(!ok && { hint: `Free some space on the file system of ${destination}.` }),
  };
}

function checkState({ host, destination, base, kept, target }: UpgradePlan): Check[] {
  const { trial, failed } = readBootState(host, destination);
  // What was not booted yet is no loss.
  const isTrying = trial !== undefined && trial === nameSet(base) && kept === base;
  const hasFailed = failed !== undefined && failed === nameSet(target);
  return [
    {
      id: 'trial',
      ok: !isTrying,
      message: isTrying ? 'the version that runs is still on trial' : 'nothing is on trial',
      ...(isTrying && { hint: 'Wait until it is healthy; the previous version is needed until then.' }),
    },
    {
      id: 'failed',
      ok: !hasFailed,
      message: hasFailed ? 'this version failed here before' : 'this version did not fail here',
      ...(hasFailed && { hint: 'Run haos upgrade forget to try it again.' }),
    },
  ];
}
