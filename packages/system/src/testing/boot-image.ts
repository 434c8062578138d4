import { createHash } from 'node:crypto';

const BLOCK = 4096;
const SALT = '5a'.repeat(32);

/** Returns an image of one block with the top block of a hash tree; `name` makes its content. */
export function makeImage(name: string): Buffer {
  return Buffer.concat([Buffer.alloc(BLOCK, name), Buffer.alloc(BLOCK, `tree of ${name}`)]);
}

/** Returns a program for EFI with the section that says which images it starts. */
export function makeBootImage({
  haos,
  kernel,
  k3s,
  isForTpm = false,
  floor = 0,
}: {
  haos: string;
  kernel: string;
  k3s?: string;
  isForTpm?: boolean;
  floor?: number;
}): Buffer {
  const describe = (image: Buffer) => {
    const hash = createHash('sha256').update(Buffer.from(SALT, 'hex')).update(image.subarray(BLOCK));
    return `1 ${SALT} ${hash.digest('hex')}`;
  };
  const text = [
    'NAME="HAOS"',
    `HAOS_VERSION="${haos}"`,
    `HAOS_KERNEL_VERSION="${kernel}"`,
    `HAOS_K3S_VERSION="${k3s ?? ''}"`,
    `HAOS_ROOTFS_VERITY="${describe(makeImage(`rootfs.squashfs ${haos}`))}"`,
    `HAOS_KERNEL_VERITY="${describe(makeImage(`kernel.squashfs ${kernel}`))}"\n`,
  ].join('\n');
  const signature = JSON.stringify({ sha256: [], floors: Array(floor).fill('signature') });
  return makeProgram({ '.text': 'code', '.osrel': text, ...(isForTpm && { '.pcrsig': signature }) });
}

/** Returns a program that calls itself systemd-boot. */
export function makeBootLoader(version = '257'): Buffer {
  return makeProgram({ '.text': 'code', '.sdmagic': `#### LoaderInfo: systemd-boot ${version} ####` });
}

/** Offsets in the PE format: of its header, its optional header and the table of sections. */
const [PE, OPTIONAL] = [0x80, 0x80 + 24];
const OPTIONAL_SIZE = 112 + 16 * 8;

/**
 * Returns a program in the PE32+ format with these sections, as far as other programs look at it.
 */
export function makeProgram(sections: Readonly<Record<string, string>>): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write('MZ', 0, 'latin1');
  header.writeUInt32LE(PE, 0x3c);
  header.write('PE\0\0', PE, 'latin1');
  header.writeUInt16LE(0x8664, PE + 4);
  header.writeUInt16LE(Object.keys(sections).length, PE + 6);
  header.writeUInt16LE(OPTIONAL_SIZE, PE + 20);
  header.writeUInt16LE(0x20b, OPTIONAL);
  for (const [offset, value] of [
    [32, BLOCK], // alignment of sections in memory, and in the file
    [36, 512],
    [56, BLOCK * (1 + Object.keys(sections).length)], // size in memory, and of the headers
    [60, BLOCK],
    [108, 16], // data directories
  ] as const)
    header.writeUInt32LE(value, OPTIONAL + offset);
  let offset = BLOCK;
  const contents = Object.entries(sections).map(([name, text], index) => {
    const entry = OPTIONAL + OPTIONAL_SIZE + index * 40;
    const content = Buffer.alloc(Math.ceil(text.length / 512) * 512);
    content.write(text, 'latin1');
    header.write(name, entry, 'latin1');
    header.writeUInt32LE(text.length, entry + 8);
    header.writeUInt32LE(BLOCK * (1 + index), entry + 12);
    header.writeUInt32LE(content.length, entry + 16);
    header.writeUInt32LE(offset, entry + 20);
    offset += content.length;
    return content;
  });
  return Buffer.concat([header, ...contents]);
}
