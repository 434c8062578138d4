/** EFI_GLOBAL_VARIABLE of the UEFI specification, as it is stored. */
const GLOBAL = Buffer.from('61dfe48bca93d211aa0d00e098032b8c', 'hex');

/** Where an empty file of variables of OVMF with 4 MB begins to store them: after two headers. */
const START = 0x64;

/** Kept, and visible before and after the system starts. */
const ATTRIBUTES = 7;

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

/** EFI_LOAD_OPTION with a path that has only a URI: UEFI specification, 3.1.3 and 10.3.4.22. */
function bootOption(description: string, url: string): Buffer {
  const uri = Buffer.concat([Buffer.from([3, 24]), u16(4 + url.length), Buffer.from(url, 'latin1')]);
  const path = Buffer.concat([uri, Buffer.from('7fff0400', 'hex')]);
  return Buffer.concat([u32(1), u16(path.length), text(description), path]);
}

/** Stores an AUTHENTICATED_VARIABLE_HEADER of EDK II with its name and value; returns the end. */
function addVariable(
  variables: Buffer,
  { name, value, offset }: { name: string; value: Buffer; offset: number },
): number {
  const head = [Buffer.from([0xaa, 0x55, ADDED, 0]), u32(ATTRIBUTES), Buffer.alloc(8 + 16 + 4)];
  const sizes = [u32(text(name).length), u32(value.length)];
  const bytes = Buffer.concat([...head, ...sizes, GLOBAL, text(name), value]);
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
