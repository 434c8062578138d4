import type { Host, StreamOptions } from '@haos/host';
import { copyTree, type TreeFile, verifyTree, withCleanUp } from '@haos/host/internal';
import { COMPONENTS, type Component, STAGING_PREFIX } from '../components.js';
import { type Image, pathsOf } from './image.js';

export interface PutOptions extends Pick<StreamOptions, 'signal'> {
  /** The system directory of the node, such as `/haos/system`. */
  system: string;
  /** Default: all that the image has. */
  components?: readonly Component[];
  /** Read each component back before it gets its name (HAOS_COPY_DIFFERS). Default false. */
  readBack?: boolean;
  /** Called with the bytes of all components that were copied so far, and the current component. */
  onProgress?: (bytes: number, component: Component) => void;
}

/**
 * Copies components of an image into a system directory. Each component has a temporary name until
 * it is complete, so the next boot does not change. Replaces a version of the same name, because
 * its content is unknown. Resolves to the files, with paths relative to the directory.
 */
export async function putComponents(
  host: Host,
  image: Pick<Image, 'directory' | 'set'>,
  { system, components = COMPONENTS, readBack = false, onProgress, signal }: PutOptions,
): Promise<TreeFile[]> {
  const copied: TreeFile[] = [];
  for (const component of components) {
    const [path] = pathsOf(image.set, [component]);
    if (path === undefined) continue;
    const before = copied.reduce((sum, { size }) => sum + size, 0);
    const staging = `${system}/${component}/${STAGING_PREFIX}${image.set[component]}`;
    const files = await putTree(host, {
      from: `${image.directory}/${path}`,
      staging,
      to: `${system}/${path}`,
      readBack,
      onProgress: (bytes) => onProgress?.(before + bytes, component),
      signal,
    });
    copied.push(...files.map((file) => ({ ...file, path: `${path}/${file.path}` })));
  }
  return copied;
}

interface Put extends StreamOptions {
  from: string;
  staging: string;
  to: string;
  readBack: boolean;
}

function putTree(host: Host, { from, staging, to, readBack, ...streaming }: Put): Promise<TreeFile[]> {
  const { signal } = streaming;
  host.files.remove(staging);
  return withCleanUp(async (cleanUp) => {
    // Frees the space if the disk is full or the work was interrupted.
    cleanUp.onError(() => void host.files.remove(staging));
    const files = await copyTree(host, from, staging, streaming);
    if (readBack) await verifyTree(host, staging, { files, signal });
    host.files.remove(to);
    host.files.move(staging, to);
    return files;
  });
}
