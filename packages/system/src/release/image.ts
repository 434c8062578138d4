import type { Host } from '@haos/host';
import { treeSize } from '@haos/host/internal';
import { type Check, failed, passed } from '../check.js';
import {
  COMPONENT_FILES,
  COMPONENTS,
  type Component,
  type ReleaseSet,
  readSlots,
  versionDirectory,
} from '../components.js';
import { findKernels, type KernelKind, lacksKernel, withKernel } from '../kernel-kind.js';
import { parseChecksums } from './verify-checksums.js';

/**
 * The files of a release: a directory with haos, k3s and kernel, such as `/haos/system` of an ISO.
 */
export interface Image {
  directory: string;
  set: ReleaseSet;
  /** Bytes. */
  size: number;
}

/** The list of checksums in the format of sha256sum(1), with paths relative to the directory. */
const CHECKSUMS = 'sha256sum.txt';

/**
 * Finds a complete image in a directory, with the kernel of a kind; default: the current one. k3s
 * may be missing; the message says so.
 */
export function findImage(host: Host, directory: string, kind?: KernelKind): { check: Check; image?: Image } {
  const id = 'image';
  const { current } = readSlots(host, directory);
  const kernel = kind === undefined ? current.kernel : findKernels(host, directory, current)[kind];
  if (kind !== undefined && current.kernel !== undefined && kernel === undefined)
    return { check: lacksKernel(id, directory, kind) };
  const set = withKernel(current, kernel);
  const message = findMissing(host, directory, set);
  if (message !== undefined) {
    const hint = 'Boot from the medium, or name the directory that holds haos, k3s and kernel.';
    return { check: failed(id, message, hint) };
  }
  const k3s = set.k3s ? `k3s ${set.k3s}` : 'no k3s';
  const check = passed(id, `HAOS ${set.haos}, ${k3s}`);
  return { check, image: { directory, set, size: sizeOf(host, directory, set) } };
}

/**
 * Says what a set in a directory lacks of these components; undefined if it is complete. k3s may be
 * missing.
 */
export function findMissing(
  host: Host,
  directory: string,
  set: ReleaseSet,
  components: readonly Component[] = COMPONENTS,
): string | undefined {
  for (const component of components) {
    const version = set[component];
    if (version === undefined && component === 'k3s') continue;
    if (version === undefined) return `${directory} has no current ${component}`;
    const path = versionDirectory(directory, component, version);
    const missing = COMPONENT_FILES[component].find(
      (file) => host.files.stat(`${path}/${file}`)?.type !== 'file',
    );
    if (missing !== undefined) return `${path} has no ${missing}`;
  }
  return undefined;
}

/** Returns the size of these components of a set in a directory, in bytes. */
export function sizeOf(
  host: Host,
  directory: string,
  set: ReleaseSet,
  components: readonly Component[] = COMPONENTS,
): number {
  return pathsOf(set, components).reduce((sum, path) => sum + treeSize(host, `${directory}/${path}`), 0);
}

/** Returns the directories of these components of a set, relative to that of the image. */
export function pathsOf(set: ReleaseSet, components: readonly Component[] = COMPONENTS): string[] {
  return components.filter((name) => set[name] !== undefined).map((name) => `${name}/${set[name]}`);
}

/**
 * Verifies every file of the image against the image's own list of checksums, which must contain
 * all of them.
 */
export async function verifyImage(
  host: Host,
  { directory, set }: Image,
  signal?: AbortSignal,
): Promise<Check> {
  const id = 'checksums';
  const hint = 'Download the image again, or use another medium.';
  const list = host.files.readTextIfExists(`${directory}/${CHECKSUMS}`);
  if (list === undefined) return failed(id, `the image has no ${CHECKSUMS}`, hint);
  const sums = parseChecksums(list);
  const files = pathsOf(set).flatMap((path) => listFiles(host, directory, path));
  for (const file of files) {
    const wanted = sums.get(file);
    if (wanted === undefined) return failed(id, `${CHECKSUMS} does not name ${file}`, hint);
    const found = await host.files.digest(`${directory}/${file}`, { signal });
    if (found !== wanted) return failed(id, `${file} is damaged`, hint);
  }
  return passed(id, `${files.length} files match their checksums`);
}

function listFiles(host: Host, directory: string, path: string): string[] {
  return host.files.list(`${directory}/${path}`).flatMap((name) => {
    const child = `${path}/${name}`;
    const type = host.files.lstat(`${directory}/${child}`)?.type;
    return type === 'directory' ? listFiles(host, directory, child) : type === 'file' ? [child] : [];
  });
}
