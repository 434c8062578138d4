import { HaosError } from '../errors.js';
import type { Copied, Host, StreamOptions } from '../types.js';

/** A regular file of a tree: its path below the directory of the tree, and its content. */
export interface TreeFile extends Copied {
  path: string;
}

export interface CopyTreeOptions extends StreamOptions {
  /** Whether to skip a path below the directory, with everything in it. Default: skip nothing. */
  skips?: (path: string) => boolean;
}

/**
 * Copies a directory with its files, directories and symbolic links (HAOS_COPY_TYPE for anything
 * else). Keeps modes and owners and writes each file durably. Resolves to what it read, so that
 * `verifyTree` can prove that it arrived. Progress counts the bytes of all files.
 */
export async function copyTree(
  host: Host,
  from: string,
  to: string,
  { skips, onProgress, signal }: CopyTreeOptions = {},
): Promise<TreeFile[]> {
  const copied: TreeFile[] = [];
  let done = 0;
  async function visit(path: string): Promise<void> {
    signal?.throwIfAborted();
    const [source, target] = [join(from, path), join(to, path)];
    const stat = host.files.lstat(source);
    if (stat?.type === 'directory') {
      host.files.makeDirectory(target, { mode: stat.mode, owner: { uid: stat.uid, gid: stat.gid } });
      for (const name of host.files.list(source)) {
        const child = path === '' ? name : `${path}/${name}`;
        if (!skips?.(child)) await visit(child);
      }
    } else if (stat?.type === 'symlink') host.files.link(target, host.files.readLink(source));
    else if (stat?.type === 'file') {
      const progress = (bytes: number) => onProgress?.(done + bytes);
      const result = await host.files.copy(source, target, { onProgress: progress, signal });
      done += result.size;
      copied.push({ path, ...result });
    } else throw new HaosError('HAOS_COPY_TYPE', `cannot copy ${source}: not a file, directory or link`);
  }
  await visit('');
  return copied;
}

/** Reads files back and compares them with what was copied; throws HAOS_COPY_DIFFERS. */
export async function verifyTree(
  host: Host,
  directory: string,
  { files, signal, onProgress }: StreamOptions & { files: readonly TreeFile[] },
): Promise<void> {
  let done = 0;
  for (const { path, sha256, size } of files) {
    const file = join(directory, path);
    const progress = (bytes: number) => onProgress?.(done + bytes);
    const found = await host.files.digest(file, { onProgress: progress, signal });
    if (found !== sha256) {
      throw new HaosError('HAOS_COPY_DIFFERS', `the copy differs from its source: ${file}`, {
        hint: 'Check the disk and the memory of the machine.',
        details: { path: file },
      });
    }
    done += size;
  }
}

/** Returns the total size of all regular files below a directory, in bytes. */
export function treeSize(host: Host, directory: string): number {
  return host.files.list(directory).reduce((sum, name) => {
    const path = `${directory}/${name}`;
    const stat = host.files.lstat(path);
    return sum + (stat?.type === 'directory' ? treeSize(host, path) : stat?.type === 'file' ? stat.size : 0);
  }, 0);
}

function join(directory: string, path: string): string {
  return path === '' ? directory : `${directory}/${path}`;
}
