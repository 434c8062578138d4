import { type BlockDevice, withDescendants } from '@haos/host/internal';
import { STATE_LABEL } from '@haos/system/internal';

/** Describes a disk in one line for a person: path, size, model and content. */
export function describeDisk(disk: BlockDevice): string {
  const { path, model, serial, transport } = disk;
  const kind = [model, serial, transport].filter(Boolean).join(', ');
  return `${path}, ${formatSize(disk.size)}${kind ? ` (${kind})` : ''}: ${describeContent(disk)}`;
}

/** Returns whether a disk is known to have content that would be lost. */
export function hasData(disk: BlockDevice): boolean {
  return withDescendants(disk).some(
    (device) => device !== disk || device.fileSystem !== undefined || device.label !== undefined,
  );
}

function describeContent(disk: BlockDevice): string {
  const parts = withDescendants(disk)
    .filter((device) => device !== disk || device.fileSystem !== undefined)
    .map(describePart);
  return parts.length === 0 ? 'empty' : parts.join('; ');
}

function describePart({ path, size, fileSystem, label }: BlockDevice): string {
  const node = label === STATE_LABEL ? ' (the state of a HAOS node)' : '';
  return [path, formatSize(size), fileSystem, label && `"${label}"`].filter(Boolean).join(' ') + node;
}

/** Formats a size in decimal units, as disks are sold. */
function formatSize(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
