import { latin1 } from '@haos/host/internal';

/** As in the names of release artefacts. */
export type Architecture = 'amd64' | 'arm64';

/** The number of bytes that `architectureOf` needs from the start of a file. */
export const ARCHITECTURE_BYTES = 1024;

/**
 * Returns the architecture of a program or kernel from its first bytes; undefined if they do not
 * show it. ELF: elf(5), e_machine. Kernels: the boot protocols of x86 (`HdrS` at 0x202) and arm64
 * (`ARM\x64` at 56), and the header of a PE file.
 */
export function architectureOf(head: Uint8Array): Architecture | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const textAt = (offset: number, length: number) => latin1(head.subarray(offset, offset + length));
  const number = (offset: number) => (offset + 2 <= head.length ? view.getUint16(offset, true) : undefined);
  if (textAt(0, 4) === '\x7fELF') return machines[`elf-${number(18)}`];
  if (textAt(0x202, 4) === 'HdrS') return 'amd64';
  if (textAt(56, 4) === 'ARM\x64') return 'arm64';
  if (textAt(0, 2) !== 'MZ') return undefined;
  const header = number(0x3c) ?? 0;
  return textAt(header, 4) === 'PE\0\0' ? machines[`pe-${number(header + 4)}`] : undefined;
}

const machines: Readonly<Record<string, Architecture>> = {
  [`elf-${0x3e}`]: 'amd64',
  [`elf-${0xb7}`]: 'arm64',
  [`pe-${0x8664}`]: 'amd64',
  [`pe-${0xaa64}`]: 'arm64',
};
