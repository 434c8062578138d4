/** The formats of a disk in a file. */
export const DISK_FORMATS = ['raw', 'qcow2', 'vmdk', 'vhd'] as const;
export type DiskFormat = (typeof DISK_FORMATS)[number];

/** The ending of a file that dd and most machines take, too. */
const RAW_ENDING = 'img';

/** Returns the format that the ending of a file's name stands for; undefined if it is none. */
export function formatOfName(path: string): DiskFormat | undefined {
  const ending = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase();
  return ending === RAW_ENDING ? 'raw' : DISK_FORMATS.find((format) => format === ending);
}

/**
 * The arguments of qemu-img(1) for each format that is not raw. VMware's importers take only stream
 * optimised disks. Azure takes only fixed VHDs whose virtual size is a multiple of 1 MiB;
 * `force_size` keeps it exact.
 */
const OUTPUT: Readonly<Record<Exclude<DiskFormat, 'raw'>, readonly string[]>> = {
  qcow2: ['-O', 'qcow2'],
  vmdk: ['-O', 'vmdk', '-o', 'subformat=streamOptimized,adapter_type=lsilogic'],
  vhd: ['-O', 'vpc', '-o', 'subformat=fixed,force_size=on'],
};

/** Returns the arguments of qemu-img that convert a raw disk. */
export function convertArguments(
  format: Exclude<DiskFormat, 'raw'>,
  { from, to }: { from: string; to: string },
): string[] {
  return ['convert', '-f', 'raw', ...OUTPUT[format], from, to];
}
