import type { MetadataFixture } from './fixture.js';

const SECTOR = 2048;
/** The sectors of the structures; the files follow. */
const AT = { primary: 16, joliet: 17, end: 18, plainRoot: 19, jolietRoot: 20, files: 21 };

interface File {
  /** The name by ECMA-119. */
  plain: string;
  name: string;
  content: Uint8Array;
  start: number;
}

/** Creates an ISO image labelled `cidata`, as for NoCloud, with Joliet names. */
export function makeSeedImage({
  userData = '',
  networkConfig,
  hostname,
  instanceId,
  sshKeys,
}: MetadataFixture): Uint8Array {
  const metadata = { 'instance-id': instanceId, 'local-hostname': hostname, 'public-keys': sshKeys };
  const files = place([
    { plain: 'META_DAT.;1', name: 'meta-data', content: Buffer.from(JSON.stringify(metadata)) },
    { plain: 'USER_DAT.;1', name: 'user-data', content: Buffer.from(userData) },
    ...(networkConfig === undefined
      ? []
      : [{ plain: 'NETWORK_.;1', name: 'network-config', content: Buffer.from(networkConfig) }]),
  ]);
  const last = files.at(-1)!;
  const image = Buffer.alloc((last.start + sectorsOf(last.content)) * SECTOR);
  const size = image.length / SECTOR;
  descriptor({ type: 1, size, root: AT.plainRoot, label: Buffer.from('cidata'.padEnd(32)) }).copy(
    image,
    AT.primary * SECTOR,
  );
  const label = ucs2('cidata'.padEnd(16));
  descriptor({ type: 2, size, root: AT.jolietRoot, label }).copy(image, AT.joliet * SECTOR);
  image.write('\u00ffCD001\u0001', AT.end * SECTOR, 'latin1');
  directory(AT.plainRoot, files, ({ plain }) => Buffer.from(plain)).copy(image, AT.plainRoot * SECTOR);
  directory(AT.jolietRoot, files, ({ name }) => ucs2(name)).copy(image, AT.jolietRoot * SECTOR);
  for (const { content, start } of files) image.set(content, start * SECTOR);
  return new Uint8Array(image);
}

function place(files: readonly Omit<File, 'start'>[]): File[] {
  let start = AT.files;
  return files.map((file) => {
    const placed = { ...file, start };
    start += sectorsOf(file.content);
    return placed;
  });
}

function sectorsOf(content: Uint8Array): number {
  return Math.max(1, Math.ceil(content.length / SECTOR));
}

interface DescriptorOptions {
  type: 1 | 2;
  /** Size of the image in sectors. */
  size: number;
  /** Sector of the root directory. */
  root: number;
  label: Buffer;
}

function descriptor({ type, size, root, label }: DescriptorOptions): Buffer {
  const bytes = Buffer.alloc(SECTOR);
  bytes.write(`${String.fromCharCode(type)}CD001\u0001`, 'latin1');
  label.copy(bytes, 40);
  writeBoth32(bytes, 80, size);
  if (type === 2) bytes.write('%/E', 88, 'latin1');
  writeBoth16(bytes, 120, 1);
  writeBoth16(bytes, 124, 1);
  writeBoth16(bytes, 128, SECTOR);
  record({ identifier: Buffer.from([0]), start: root, size: SECTOR, isDirectory: true }).copy(bytes, 156);
  bytes[881] = 1;
  return bytes;
}

function directory(self: number, files: readonly File[], identify: (file: File) => Buffer): Buffer {
  const own = { start: self, size: SECTOR, isDirectory: true };
  const records = [
    record({ ...own, identifier: Buffer.from([0]) }),
    record({ ...own, identifier: Buffer.from([1]) }),
    ...files.map((file) =>
      record({
        identifier: identify(file),
        start: file.start,
        size: file.content.length,
        isDirectory: false,
      }),
    ),
  ];
  return Buffer.concat(records);
}

interface RecordOptions {
  identifier: Buffer;
  start: number;
  size: number;
  isDirectory: boolean;
}

function record({ identifier, start, size, isDirectory }: RecordOptions): Buffer {
  const length = 33 + identifier.length;
  const bytes = Buffer.alloc(length + (length & 1));
  bytes[0] = bytes.length;
  writeBoth32(bytes, 2, start);
  writeBoth32(bytes, 10, size);
  bytes[25] = isDirectory ? 2 : 0;
  writeBoth16(bytes, 28, 1);
  bytes[32] = identifier.length;
  identifier.copy(bytes, 33);
  return bytes;
}

/** Writes a number in both byte orders. */
function writeBoth16(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt16LE(value, at);
  bytes.writeUInt16BE(value, at + 2);
}

function writeBoth32(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32LE(value, at);
  bytes.writeUInt32BE(value, at + 4);
}

function ucs2(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}
