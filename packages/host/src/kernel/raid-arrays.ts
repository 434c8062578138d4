import type { Host } from '../types.js';

const MDSTAT = '/proc/mdstat';

/** Has links with the names of arrays, made by the udev rules of mdadm. */
const NAMES = '/dev/md';

/** An array of Linux's software RAID, md(4). */
export interface RaidArray {
  /** Such as `/dev/md127`. */
  device: string;
  /** The name that it was created with, such as `data`; undefined without one. */
  name: string | undefined;
  /** Such as `raid1`; undefined for an array that does not run. */
  level: string | undefined;
  /**
   * `complete`, or `degraded`: runs without some of its disks. `rebuilding`: does so, and fills a
   * disk. `stopped`: cannot run.
   */
  state: 'complete' | 'degraded' | 'rebuilding' | 'stopped';
  /** How many disks it should have, without spares; undefined where a level has no redundancy. */
  disks: number | undefined;
  /** How many of these work. */
  working: number | undefined;
  /** The devices that the kernel took out of it, such as `sdb1`. */
  failed: readonly string[];
  /** How much of a rebuild is done, in percent; undefined if none runs. */
  progress: number | undefined;
}

/** Returns the arrays that the kernel knows, by device; none in a directory tree. */
export function readRaidArrays({ files }: Host): RaidArray[] {
  const arrays = parseMdstat(files.readTextIfExists(MDSTAT) ?? '');
  if (arrays.length === 0) return [];
  const names = files.stat(NAMES) === undefined ? [] : files.list(NAMES);
  const links = names.filter((name) => files.lstat(`${NAMES}/${name}`)?.type === 'symlink');
  const nameOf = new Map(
    links.map((name) => [files.readLink(`${NAMES}/${name}`).replace(/^.*\//, ''), name]),
  );
  return arrays.map((array) => ({ ...array, name: nameOf.get(array.device.slice('/dev/'.length)) }));
}

/**
 * Parses /proc/mdstat (`md_seq_show` in the kernel's drivers/md/md.c). Containers of firmware RAID
 * (`super external:imsm`) are left out: they never run, the arrays within them do.
 */
export function parseMdstat(text: string): RaidArray[] {
  return text
    .split(/\n(?=md\S* :)/)
    .filter((entry) => /^md\S* :/.test(entry) && !/\bsuper external:[^/]/.test(entry))
    .map(parseArray)
    .sort((a, b) => (a.device < b.device ? -1 : 1));
}

function parseArray(entry: string): RaidArray {
  const [, device = '', words = ''] = /^(md\S*) : (.*)/.exec(entry) ?? [];
  const [, state = '', level] = /^(\S+)(?: \([a-z-]+\))?(?: ([a-z]+\d*)(?= |$))?/.exec(words) ?? [];
  const counts = /\[(\d+)\/(\d+)\]/.exec(entry);
  const [disks, working] = counts ? [Number(counts[1]), Number(counts[2])] : [];
  const progress = /\b(?:recovery|reshape) *= *([\d.]+)%/.exec(entry);
  return {
    device: `/dev/${device}`,
    name: undefined,
    level,
    state: judge({
      isRunning: state === 'active',
      disks,
      working,
      isFilling: /\b(?:recovery|reshape) *=/.test(entry),
    }),
    disks,
    working,
    failed: [...words.matchAll(/(\S+)\[\d+\](?:\([A-Z]\))*\(F\)/g)].map(([, name = '']) => name).sort(),
    progress: progress ? Number(progress[1]) : undefined,
  };
}

function judge(facts: {
  isRunning: boolean;
  disks: number | undefined;
  working: number | undefined;
  isFilling: boolean;
}): RaidArray['state'] {
  const { isRunning, disks, working, isFilling } = facts;
  if (!isRunning) return 'stopped';
  if (disks === undefined || working === undefined || working >= disks) return 'complete';
  return isFilling ? 'rebuilding' : 'degraded';
}
