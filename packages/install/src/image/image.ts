import type { Host } from '@haos/host';
import { treeSize } from '@haos/host/internal';
import { type Check, COMPONENTS, readSlots } from '@haos/system';
import { COMPONENT_FILES, parseChecksums, type ReleaseSet, versionDirectory } from '@haos/system/internal';

/**
 * The release to install: a directory with haos, k3s and kernel, such as `/haos/system` of the
 * medium.
 */
export interface Image {
  directory: string;
  set: ReleaseSet;
  /** Bytes. */
  size: number;
}

/** The list of checksums in the format of sha256sum(1), with paths relative to the directory. */
export const CHECKSUMS = 'sha256sum.txt';

/** Finds a complete image in a directory. k3s may be missing; the message says so. */
export function findImage(host: Host, directory: string): { check: Check; image?: Image } {
  const id = 'image';
  const hint = 'Boot from the medium, or name the directory that holds haos, k3s and kernel.';
  const { current: set } =
    host.files.stat(directory)?.type === 'directory'
      ? readSlots(host, directory)
      : { current: {} as ReleaseSet };
  for (const component of COMPONENTS) {
    const version = set[component];
    if (version === undefined && component === 'k3s') continue;
    if (version === undefined)
      return { check: { id, ok: false, message: `${directory} has no current ${component}`, hint } };
    const path = versionDirectory(directory, component, version);
    const missing = COMPONENT_FILES[component].find(
      (file) => host.files.stat(`${path}/${file}`)?.type !== 'file',
    );
    if (missing) return { check: { id, ok: false, message: `${path} has no ${missing}`, hint } };
  }
  const size = componentsOf(set).reduce((sum, path) => sum + treeSize(host, `${directory}/${path}`), 0);
  const check: Check = {
    id,
    ok: true,
    message: `HAOS ${set.haos}${set.k3s ? `, k3s ${set.k3s}` : ', no k3s'}`,
  };
  return { check, image: { directory, set, size } };
}

/** Returns the directories of a set, relative to that of the image. */
function componentsOf(set: ReleaseSet): string[] {
  return COMPONENTS.filter((component) => set[component] !== undefined).map(
    (component) => `${component}/${set[component]}`,
  );
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
  if (list === undefined) return { id, ok: false, message: `the image has no ${CHECKSUMS}`, hint };
  const sums = parseChecksums(list);
  const files = componentsOf(set).flatMap((path) => listFiles(host, directory, path));
  for (const file of files) {
    const wanted = sums.get(file);
    if (wanted === undefined) return { id, ok: false, message: `${CHECKSUMS} does not name ${file}`, hint };
    const found = await host.files.digest(`${directory}/${file}`, signal ? { signal } : {});
    if (found !== wanted) return { id, ok: false, message: `${file} is damaged`, hint };
  }
  return { id, ok: true, message: `${files.length} files match their checksums` };
}

function listFiles(host: Host, directory: string, path: string): string[] {
  return host.files.list(`${directory}/${path}`).flatMap((name) => {
    const child = `${path}/${name}`;
    const type = host.files.lstat(`${directory}/${child}`)?.type;
    return type === 'directory' ? listFiles(host, directory, child) : type === 'file' ? [child] : [];
  });
}
