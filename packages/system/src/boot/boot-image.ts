import type { Host } from '@haos/host';
import { latin1, sha256, utf8 } from '@haos/host/internal';
import type { KernelKind } from '../kernel-kind.js';

/** What a boot image verifies an image against. */
export interface VerityRoot {
  /** Blocks of 4 KiB, which the hash tree follows. */
  blocks: number;
  /** In hex. */
  salt: string;
  root: string;
}

/** A unified kernel image for own keys: os/src/steps/uki.ts. */
export interface BootImage {
  path: string;
  /** The versions of the components that it starts. */
  haos: string;
  kernel: string;
  /** The version of k3s whose checksums it has. */
  k3s: string | undefined;
  /** Whether it is signed for the TPM, too. */
  isForTpm: boolean;
  /** Its floor: see docs/encryption.md. */
  floor: number;
  /** What their images must be. */
  images: { haos: VerityRoot; kernel: VerityRoot };
}

/** Bytes; the EFI system partition has no room for more. */
export const MAX_BOOT_IMAGE = 256 * 1024 * 1024;

/**
 * Returns the names that the boot image of a kernel may have in a release. A kernel that the medium
 * boots, as the only one of its release, is not named (os/src/artifacts.ts).
 */
export function bootImageNames(kind: KernelKind, architecture: string): string[] {
  return [`haos-boot-${kind}-${architecture}.efi`, `haos-boot-${architecture}.efi`];
}

/** Returns the name of systemd-boot in a release (os/src/artifacts.ts). */
export function bootLoaderName(architecture: string): string {
  return `haos-loader-${architecture}.efi`;
}

/** Bytes of the headers of a program, and of a section with os-release or a signature. */
const HEADERS = 4096;
const MAX_RELEASE = 16_384;

/**
 * Reads what a boot image starts from its section `.osrel`, which its signature covers; does not
 * verify the signature. Returns undefined if it is not a boot image of HAOS.
 */
export function readBootImage(host: Pick<Host, 'files'>, path: string): BootImage | undefined {
  const headers = host.files.head(path, HEADERS);
  const section = findSection(headers, '.osrel');
  if (section === undefined || section.length > MAX_RELEASE) return undefined;
  const text = utf8(host.files.readAt(path, section));
  const fields = new Map([...text.matchAll(/^(\w+)="([^"]*)"$/gm)].map(([, name, value]) => [name, value]));
  const [haos, kernel] = [fields.get('HAOS_VERSION'), fields.get('HAOS_KERNEL_VERSION')];
  const rootfs = parseRoot(fields.get('HAOS_ROOTFS_VERITY'));
  const modules = parseRoot(fields.get('HAOS_KERNEL_VERITY'));
  if (!haos || !kernel || !rootfs || !modules) return undefined;
  const k3s = fields.get('HAOS_K3S_VERSION') || undefined;
  const signature = findSection(headers, '.pcrsig');
  const floor = signature === undefined ? 0 : readFloor(host, path, signature);
  const images = { haos: rootfs, kernel: modules };
  return { path, haos, kernel, k3s, isForTpm: signature !== undefined, floor, images };
}

/** Returns the number of floors in the signature for the TPM (os/src/pcr-signature.ts). */
function readFloor({ files }: Pick<Host, 'files'>, path: string, section: Section): number {
  if (section.length > MAX_RELEASE) return 0;
  try {
    const { floors } = JSON.parse(utf8(files.readAt(path, section))) as { floors?: unknown };
    return Array.isArray(floors) ? floors.length : 0;
  } catch {
    return 0;
  }
}

/** Returns whether a file is systemd-boot, by the section that names it (bootctl reads it, too). */
export function isBootLoader(host: Pick<Host, 'files'>, path: string): boolean {
  const section = findSection(host.files.head(path, HEADERS), '.sdmagic');
  return (
    section !== undefined &&
    section.length <= MAX_RELEASE &&
    utf8(host.files.readAt(path, section)).startsWith('#### LoaderInfo: systemd-boot ')
  );
}

function parseRoot(text = ''): VerityRoot | undefined {
  const [, blocks, salt = '', root = ''] = /^([1-9]\d{0,9}) ([0-9a-f]{64}) ([0-9a-f]{64})$/.exec(text) ?? [];
  return blocks === undefined ? undefined : { blocks: Number(blocks), salt, root };
}

/** Where a section is in a program. */
interface Section {
  offset: number;
  length: number;
}

/**
 * Returns where a section is in a program for EFI: the PE format, "Section Table (Section
 * Headers)".
 */
function findSection(bytes: Uint8Array, name: string): Section | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [u16, u32] = [
    (offset: number) => (offset + 2 <= bytes.length ? view.getUint16(offset, true) : 0),
    (offset: number) => (offset + 4 <= bytes.length ? view.getUint32(offset, true) : 0),
  ];
  const start = u32(0x3c);
  if (u16(0) !== 0x5a4d || u32(start) !== 0x4550) return undefined;
  const table = start + 24 + u16(start + 20);
  for (let index = 0; index < u16(start + 6); index += 1) {
    const header = table + index * 40;
    const found = latin1(bytes.subarray(header, header + 8)).replace(/\0+$/, '');
    if (found === name)
      return { offset: u32(header + 20), length: Math.min(u32(header + 8), u32(header + 16)) };
  }
  return undefined;
}

const BLOCK = 4096;

/**
 * Returns whether the hash tree at the end of an image has this root. Reads only the block at its
 * top: a changed block below it is found when a node reads it.
 */
export async function hasRoot(
  { files }: Pick<Host, 'files'>,
  image: string,
  { blocks, salt, root }: VerityRoot,
): Promise<boolean> {
  const top = files.readAt(image, { offset: blocks * BLOCK, length: BLOCK });
  const salted = new Uint8Array(salt.length / 2 + top.length);
  salted.set((salt.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)));
  salted.set(top, salt.length / 2);
  return top.length === BLOCK && (await sha256(salted)) === root;
}
