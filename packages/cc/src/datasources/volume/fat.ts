import { latin1 } from '@haos/host/internal';
import { MAX_DOCUMENT } from '../metadata-client.js';
import { type Entry, findEntry, type ReadAt, type Volume } from './types.js';

/** The positions from the boot sector (Microsoft's FAT specification, "BPB"). */
interface Geometry {
  bits: 12 | 16 | 32;
  /** Bytes. */
  fatStart: number;
  rootStart: number;
  rootSize: number;
  dataStart: number;
  clusterSize: number;
  clusters: number;
  /** Only in FAT32. */
  rootCluster: number;
}

const RECORD = 32;
const LONG_NAME = 0x0f;
const LABEL = 0x08;
const DIRECTORY = 0x10;
const MAX_DIRECTORY = 256 * 1024;
/** The positions of the letters in a part of a long name. */
const LETTERS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

const concatenate = (chunks: readonly Uint8Array[], size: number): Uint8Array => {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
};
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Opens a FAT file system with 12, 16 or 32 bits and long names. Returns undefined if it is not
 * one.
 */
export function openFat(readAt: ReadAt): Volume | undefined {
  const boot = readAt(0, 512);
  const geometry = boot.length === 512 ? parseBootSector(boot) : undefined;
  if (!geometry) return undefined;
  const reader = createReader(readAt, geometry);
  const root: Entry = { name: '', isDirectory: true, size: 0, start: geometry.rootCluster };
  const list = (directory: Entry) => parseDirectory(reader.readDirectory(directory.start)).entries;
  const inBootSector = latin1(boot.subarray(geometry.bits === 32 ? 71 : 43).subarray(0, 11));
  return {
    label: (parseDirectory(reader.readDirectory(root.start)).label ?? inBootSector).trim(),
    read(path) {
      const entry = findEntry(path, root, list);
      if (!entry || entry.isDirectory || entry.size > MAX_DOCUMENT) return undefined;
      return entry.size === 0 ? new Uint8Array() : reader.readChain(entry.start, entry.size);
    },
  };
}

function parseBootSector(boot: Uint8Array): Geometry | undefined {
  const view = viewOf(boot);
  const sector = view.getUint16(11, true);
  const sectorsPerCluster = view.getUint8(13);
  const fats = view.getUint8(16);
  const isFat =
    view.getUint16(510, true) === 0xaa55 &&
    [512, 1024, 2048, 4096].includes(sector) &&
    sectorsPerCluster > 0 &&
    (sectorsPerCluster & (sectorsPerCluster - 1)) === 0 &&
    (fats === 1 || fats === 2);
  if (!isFat) return undefined;
  const fatSectors = view.getUint16(22, true) || view.getUint32(36, true);
  const sectors = view.getUint16(19, true) || view.getUint32(32, true);
  const fatStart = view.getUint16(14, true);
  const rootSize = view.getUint16(17, true) * RECORD;
  const rootStart = fatStart + fats * fatSectors;
  const dataStart = rootStart + Math.ceil(rootSize / sector);
  const clusters = Math.floor((sectors - dataStart) / sectorsPerCluster);
  if (fatStart === 0 || fatSectors === 0 || clusters < 1) return undefined;
  return {
    // By the specification, only the number of clusters decides.
    bits: clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32,
    fatStart: fatStart * sector,
    rootStart: rootStart * sector,
    rootSize,
    dataStart: dataStart * sector,
    clusterSize: sectorsPerCluster * sector,
    clusters,
    rootCluster: clusters < 65_525 ? 0 : view.getUint32(44, true),
  };
}

function createReader(readAt: ReadAt, geometry: Geometry) {
  const { bits, fatStart, clusterSize, clusters, dataStart } = geometry;

  /** Returns the next cluster, or undefined at the end. */
  function next(cluster: number): number | undefined {
    const at = fatStart + Math.floor((cluster * bits) / 8);
    const bytes = readAt(at, bits === 32 ? 4 : 2);
    if (bytes.length < (bits === 32 ? 4 : 2)) return undefined;
    const value =
      bits === 32 ? viewOf(bytes).getUint32(0, true) & 0x0fffffff : viewOf(bytes).getUint16(0, true);
    const entry = bits !== 12 ? value : cluster % 2 === 1 ? value >> 4 : value & 0xfff;
    return isCluster(entry) ? entry : undefined;
  }

  const isCluster = (number: number) => number >= 2 && number < clusters + 2;

  /**
   * Returns at most `limit` bytes of the chain of clusters from `first`, so a circular chain also
   * ends.
   */
  function readChain(first: number, limit: number): Uint8Array {
    const chunks: Uint8Array[] = [];
    let total = 0;
    for (let cluster: number | undefined = first; total < limit; cluster = next(cluster)) {
      if (cluster === undefined || !isCluster(cluster)) break;
      const chunk = readAt(dataStart + (cluster - 2) * clusterSize, Math.min(clusterSize, limit - total));
      if (chunk.length === 0) break;
      chunks.push(chunk);
      total += chunk.length;
    }
    return concatenate(chunks, total);
  }

  /**
   * Returns the records of a directory. The root of FAT12 and FAT16 has no cluster; it lies before
   * the clusters.
   */
  function readDirectory(first: number): Uint8Array {
    if (first === 0) return readAt(geometry.rootStart, geometry.rootSize);
    return readChain(first, MAX_DIRECTORY);
  }

  return { readChain, readDirectory };
}

function parseDirectory(bytes: Uint8Array): { entries: Entry[]; label: string | undefined } {
  const entries: Entry[] = [];
  let label: string | undefined;
  let longName = '';
  for (let at = 0; at + RECORD <= bytes.length && bytes[at] !== 0; at += RECORD) {
    const record = bytes.subarray(at, at + RECORD);
    const attributes = record[11] ?? 0;
    if (record[0] === 0xe5) {
      longName = ''; // removed
    } else if ((attributes & 0x3f) === LONG_NAME) {
      longName = lettersOf(record) + longName; // the last part comes first
    } else {
      if (attributes & LABEL) label ??= latin1(record.subarray(0, 11));
      else entries.push(parseRecord(record, longName));
      longName = '';
    }
  }
  return { entries, label };
}

function parseRecord(record: Uint8Array, longName: string): Entry {
  const view = viewOf(record);
  const extension = latin1(record.subarray(8, 11)).trimEnd();
  const shortName = latin1(record.subarray(0, 8)).trimEnd() + (extension && `.${extension}`);
  return {
    name: longName || shortName,
    isDirectory: ((record[11] ?? 0) & DIRECTORY) !== 0,
    size: view.getUint32(28, true),
    start: (view.getUint16(20, true) << 16) | view.getUint16(26, true),
  };
}

/** Returns the 13 letters of a long name, up to its end. */
function lettersOf(record: Uint8Array): string {
  const codes = LETTERS.map((at) => viewOf(record).getUint16(at, true));
  const end = codes.findIndex((code) => code === 0 || code === 0xffff);
  return String.fromCharCode(...(end < 0 ? codes : codes.slice(0, end)));
}
