import { readFileSync } from 'node:fs';

/** EFI_GLOBAL_VARIABLE of the UEFI specification, as it is stored. */
const GLOBAL = Buffer.from('61dfe48bca93d211aa0d00e098032b8c', 'hex');

/** EFI_IMAGE_SECURITY_DATABASE_GUID and EFI_CERT_X509_GUID, as they are stored. */
const DATABASE = Buffer.from('cbb219d73a3d9645a3bcdad00e67656f', 'hex');
const X509 = Buffer.from('a159c0a5e494a74a87b5ab155c2bf072', 'hex');

/** Where an empty file of variables of OVMF with 4 MB begins to store them: after two headers. */
const START = 0x64;

/** Kept, and visible before and after the system starts; keys change only with a signature. */
const ATTRIBUTES = 7;
const KEY_ATTRIBUTES = 0x27;

/** The variable is there: VAR_ADDED of EDK II. */
const ADDED = 0x3f;

/**
 * Returns the empty variables of OVMF with one boot option: the program or image at a URL, which
 * the firmware finds with any of its network cards.
 */
export function withBootUrl(empty: Buffer, url: string): Buffer {
  const variables = Buffer.from(empty);
  const option = bootOption('HTTP', url);
  const first = addVariable(variables, { name: 'Boot0000', value: option, offset: START });
  addVariable(variables, { name: 'BootOrder', value: u16(0), offset: first });
  return variables;
}

/**
 * Returns the empty variables of OVMF with the certificates PK, KEK and db of a directory, which
 * turns Secure Boot on. The program of a disk is started with `options`, as an attacker could write
 * them to the boot entry.
 */
export function withOwnKeys(empty: Buffer, directory: string, options: string): Buffer {
  const variables = Buffer.from(empty);
  const key = (name: string, guid = GLOBAL) => ({
    ...{ name, guid, attributes: KEY_ATTRIBUTES },
    value: signatureList(readFileSync(`${directory}/${name}.cer`)),
  });
  const path = text('\\EFI\\BOOT\\BOOTX64.EFI');
  const file = Buffer.concat([Buffer.from([4, 4]), u16(4 + path.length), path]);
  const entries = [
    key('PK'),
    key('KEK'),
    key('db', DATABASE),
    { name: 'Boot0000', value: loadOption('disk', file, text(options)) },
    { name: 'BootOrder', value: u16(0) },
  ];
  let offset = START;
  for (const entry of entries) offset = addVariable(variables, { ...entry, offset });
  return variables;
}

/** EFI_SIGNATURE_LIST with one certificate: UEFI specification, 32.4.1. The owner is not used. */
function signatureList(certificate: Buffer): Buffer {
  const sizes = [u32(28 + 16 + certificate.length), u32(0), u32(16 + certificate.length)];
  return Buffer.concat([X509, ...sizes, Buffer.alloc(16), certificate]);
}

/** EFI_LOAD_OPTION with a path that has only a URI: UEFI specification, 3.1.3 and 10.3.4.22. */
function bootOption(description: string, url: string): Buffer {
  const uri = Buffer.concat([Buffer.from([3, 24]), u16(4 + url.length), Buffer.from(url, 'latin1')]);
  return loadOption(description, uri);
}

function loadOption(description: string, node: Buffer, options: Buffer = Buffer.alloc(0)): Buffer {
  const path = Buffer.concat([node, Buffer.from('7fff0400', 'hex')]);
  return Buffer.concat([u32(1), u16(path.length), text(description), path, options]);
}

interface Variable {
  name: string;
  value: Buffer;
  offset: number;
  guid?: Buffer;
  attributes?: number;
}

/** Stores an AUTHENTICATED_VARIABLE_HEADER of EDK II with its name and value; returns the end. */
function addVariable(
  variables: Buffer,
  { name, value, offset, guid = GLOBAL, attributes = ATTRIBUTES }: Variable,
): number {
  const head = [Buffer.from([0xaa, 0x55, ADDED, 0]), u32(attributes), Buffer.alloc(8 + 16 + 4)];
  const sizes = [u32(text(name).length), u32(value.length)];
  const bytes = Buffer.concat([...head, ...sizes, guid, text(name), value]);
  bytes.copy(variables, offset);
  return (offset + bytes.length + 3) & ~3;
}

function text(characters: string): Buffer {
  return Buffer.from(`${characters}\0`, 'utf16le');
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
