import { type Host, isHaosError } from '@haos/host';
import type { Check } from '@haos/system';
import { checkSpace, failed, passed } from '@haos/system/internal';
import { DISK_FORMATS, type DiskFormat, formatOfName } from './disk-format.js';

/** Bytes of a disk beside the components: the file systems, GRUB. */
const OVERHEAD = 300_000_000;

/**
 * Checks whether a disk can be written to a new file with this name. `work`: the directory for the
 * work, which a killed run may have left.
 */
export function checkName({ files }: Host, { path, work }: { path: string; work: string }): Check {
  const id = 'file';
  const directory = path.replace(/[^/]*$/, '');
  if (formatOfName(path) === undefined) {
    const hint = `End its name with ${DISK_FORMATS.map((format) => `.${format}`).join(', ')}, or .img for raw.`;
    return failed(id, `the name of ${path} does not say its format`, hint);
  }
  const [file, left] = [files.lstat(path), files.lstat(work)];
  const inTheWay = file ? path : left && left.type !== 'directory' ? work : undefined;
  if (inTheWay !== undefined)
    return failed(id, `${inTheWay} already exists`, 'Remove it, or name another file.');
  if (files.stat(directory)?.type !== 'directory') {
    const hint = 'Create it, or name another file.';
    return failed(id, `the directory ${directory} does not exist`, hint);
  }
  return passed(id, `${path} will be a new file`);
}

/** Checks whether the program that writes a format is installed; raw needs none. */
export async function checkConverter(host: Host, format: DiskFormat): Promise<Check> {
  const id = 'converter';
  if (format === 'raw') return passed(id, 'a raw disk needs no conversion');
  try {
    await host.run('qemu-img', ['--version'], { readOnly: true });
    return passed(id, `qemu-img converts the disk to ${format}`);
  } catch (error) {
    if (!isHaosError(error, 'HAOS_COMMAND_NOT_FOUND')) throw error;
    const hint = 'Install it (package qemu-utils), or write a raw disk and convert that elsewhere.';
    return failed(id, `qemu-img, which makes ${format} disks, is not installed`, hint);
  }
}

/**
 * Checks whether components of `size` bytes fit into the directory: as a disk, and once more
 * converted.
 */
export function checkFileSpace(
  host: Host,
  { directory, size, format }: { directory: string; size: number; format: DiskFormat },
): Check {
  const needed = (size + OVERHEAD) * (format === 'raw' ? 1 : 2);
  const hint = 'Free some space there, or name a file on another file system.';
  return checkSpace({ room: host.files.freeSpace(directory), needed, hint });
}
