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
import { treeSize } from '../copy-tree.js';
import type { Host } from '../host/types.js';
import { readBootState } from './boot-state.js';

/** One thing that has to be so before anything is written. */
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
  /** What runs by default now. */
  base: ReleaseSet;
  /** The base with what is offered. */
  target: ReleaseSet;
  /** Where the two differ. */
  changes: readonly Component[];
  allowDowngrade: boolean;
}

/** Everything that has to be so before an upgrade writes; nothing here writes. */
export function checkUpgrade(plan: UpgradePlan): Check[] {
  const source = checkSource(plan);
  // The rest could only repeat that there is nothing.
  if (!source.ok) return [source];
  return [
    source,
    checkDestination(plan),
    checkVersions(plan),
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

function checkDestination({ destination, base }: UpgradePlan): Check {
  const ok = base.haos !== undefined;
  const message = ok ? `${destination} holds HAOS ${base.haos}` : `${destination} holds no HAOS`;
  return { id: 'destination', ok, message, ...(!ok && { hint: 'Name /haos/system of an installed node.' }) };
}

/** A kernel belongs to its HAOS and has no order of its own: a newer release may bring an older kernel on purpose. */
function checkVersions({ offered, base, allowDowngrade }: UpgradePlan): Check {
  const older = (['haos', 'k3s'] as const).find((component) => {
    const [from, to] = [base[component], offered[component]];
    return from !== undefined && to !== undefined && compareVersions(to, from) < 0;
  });
  if (older === undefined) return { id: 'version', ok: true, message: 'no component becomes older' };
  return {
    id: 'version',
    ok: allowDowngrade,
    message: `${older} would go back from ${base[older]} to ${offered[older]}`,
    ...(!allowDowngrade && { hint: 'Allow the downgrade if it is meant.' }),
  };
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

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}

function checkState({ host, destination, base, target }: UpgradePlan): Check[] {
  const { trial, failed } = readBootState(host, destination);
  const isTrying = trial !== undefined && trial === nameSet(base);
  const hasFailed = failed !== undefined && failed === nameSet(target);
  return [
    {
      id: 'trial',
      ok: !isTrying,
      message: isTrying ? 'what runs has not shown yet that it works' : 'nothing is on trial',
      ...(isTrying && { hint: 'Wait until it is healthy; the previous version is needed until then.' }),
    },
    {
      id: 'failed',
      ok: !hasFailed,
      message: hasFailed ? 'this version was tried here and left' : 'this version did not fail here',
      ...(hasFailed && { hint: 'Run haos upgrade forget to try it again.' }),
    },
  ];
}
