import { latin1, utf8 } from '@haos/host/internal';
import { MAX_DOCUMENT } from '../metadata-client.js';
import { type Entry, findEntry, type ReadAt, type Volume } from './types.js';

/** ECMA-119: the size of a sector, and where the volume descriptors begin. */
const SECTOR = 2048;
const FIRST_DESCRIPTOR = 16;
const MAX_DESCRIPTORS = 16;
const MAX_DIRECTORY = 256 * 1024;

const ucs2 = (bytes: Uint8Array) =>
  new TextDecoder('utf-16be', { ignoreBOM: true }).decode(bytes.subarray(0, bytes.length & ~1));

/**
 * Opens an ISO 9660 file system, with the names of Joliet or Rock Ridge if it has them. Returns
 * undefined if it is not one.
 */
export function openIso9660(readAt: ReadAt): Volume | undefined {
  const primary = findDescriptor(readAt, (bytes) => bytes[0] === 1);
  if (!primary) return undefined;
  const joliet = findDescriptor(readAt, isJoliet);
  const { bytes, decode } = joliet ? { bytes: joliet, decode: ucs2 } : { bytes: primary, decode: latin1 };
  const list = (directory: Entry) => {
    if (directory.size > MAX_DIRECTORY) return [];
    return parseDirectory(readAt(directory.start * SECTOR, directory.size), decode);
  };
  const root = parseRecord(bytes.subarray(156, 190), decode);
  return {
    label: latin1(primary.subarray(40, 72)).trim(),
    read(path) {
      const entry = findEntry(path, root, list, normalise);
      if (!entry || entry.isDirectory || entry.size > MAX_DOCUMENT) return undefined;
      return readAt(entry.start * SECTOR, entry.size);
    },
  };
}

function findDescriptor(readAt: ReadAt, isWanted: (bytes: Uint8Array) => boolean): Uint8Array | undefined {
  for (let index = 0; index < MAX_DESCRIPTORS; index++) {
    const bytes = readAt((FIRST_DESCRIPTOR + index) * SECTOR, SECTOR);
    if (bytes.length < SECTOR || latin1(bytes.subarray(1, 6)) !== 'CD001' || bytes[0] === 255)
      return undefined;
    if (isWanted(bytes)) return bytes;
  }
  return undefined;
}

/** Returns whether this is a supplementary descriptor with an escape sequence for UCS-2. */
function isJoliet(bytes: Uint8Array): boolean {
  return bytes[0] === 2 && ['%/@', '%/C', '%/E'].includes(latin1(bytes.subarray(88, 91)));
}

function parseDirectory(bytes: Uint8Array, decode: (bytes: Uint8Array) => string): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] ?? 0;
    // Records do not cross sectors, so the rest of this one is empty.
    if (length === 0) at = (Math.floor(at / SECTOR) + 1) * SECTOR;
    else if (length < 34 || at + length > bytes.length) break;
    else {
      entries.push(parseRecord(bytes.subarray(at, at + length), decode));
      at += length;
    }
  }
  // The directory itself and its parent have names of one byte.
  return entries.filter(({ name }) => name > '\u0001');
}

function parseRecord(record: Uint8Array, decode: (bytes: Uint8Array) => string): Entry {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const end = 33 + (record[32] ?? 0);
  const identifier = record.subarray(33, end);
  const isSpecial = identifier.length === 1 && (identifier[0] ?? 0) <= 1;
  const name = isSpecial ? '\u0000' : (alternateName(record.subarray(end + (end & 1))) ?? decode(identifier));
  return {
    name: name.replace(/;\d+$/, '').replace(/\.$/, ''),
    isDirectory: ((record[25] ?? 0) & 2) !== 0,
    start: view.getUint32(2, true),
    size: view.getUint32(10, true),
  };
}

/** Returns the Rock Ridge name: the entries NM of the system use area (IEEE P1282). */
function alternateName(area: Uint8Array): string | undefined {
  let name: string | undefined;
  for (let at = 0; at + 4 <= area.length; ) {
    const length = area[at + 2] ?? 0;
    if (length < 4) break;
    const isName = area[at] === 0x4e && area[at + 1] === 0x4d;
    if (isName) name = (name ?? '') + utf8(area.subarray(at + 5, at + length));
    at += length;
  }
  return name;
}

/**
 * Returns a name as people write it. Without extensions a name has capital letters and no dashes:
 * `USER_DATA`.
 */
function normalise(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
