import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { BuildFailure } from './failure.js';
import type { SignProgram } from './secure-boot-key.js';

/**
 * Sections of a boot image that the build leaves empty, and their names once they are filled: the
 * public PCR key, and the signature of what the others are measured to. Until then systemd's stub
 * ignores them.
 */
export const PCR_SECTIONS = {
  '.nopkey': { name: '.pcrpkey', room: 1024 },
  '.nopsig': { name: '.pcrsig', room: 16_384 },
} as const;

/** The highest floor: each has a signature of its own, for which there must be room. */
export const MAX_FLOOR = 40;

/** The word that early boot measures before it asks the TPM for a key. */
export const PHASE = 'enter-initrd';

/**
 * The sections that systemd's stub measures into PCR 11, in its order; `.pcrsig` is not one of them
 * (systemd-stub(7); src/fundamental/uki.c of systemd 257).
 */
const MEASURED = [
  ...['.linux', '.osrel', '.cmdline', '.initrd', '.ucode', '.splash', '.dtb', '.uname', '.sbat'],
  ...['.pcrpkey', '.profile', '.dtbauto', '.hwids'],
];

/** Returns the key in a file. Throws a BuildFailure unless it is an RSA key that TPMs take. */
export function readPcrKey(path: string): KeyObject {
  try {
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyType === 'rsa' && key.asymmetricKeyDetails?.modulusLength === 2048) return key;
  } catch {
    // Its message may quote the file.
  }
  throw new BuildFailure(`${path} is not a private RSA key of 2048 bits in PEM without a passphrase`);
}

/**
 * Returns what signs boot images for the TPM and then for the firmware, whose signature covers
 * both. A boot loader is only signed for the firmware.
 */
export function signingForTpm(sign: SignProgram, key: KeyObject, floor = 0): SignProgram {
  return (from, to) => {
    const program = readFileSync(from);
    if (!listSections(program).some(({ name }) => name in PCR_SECTIONS)) return sign(from, to);
    const filled = `${to}.unsigned`;
    try {
      writeFileSync(filled, withPcrSignature(program, key, floor));
      sign(filled, to);
    } finally {
      rmSync(filled, { force: true });
    }
  };
}

/**
 * Returns a copy of a boot image with the public PCR key and the signatures of its PCR 11: that of
 * systemd, and one for each floor up to `floor`. It has to be made before the signature for the
 * firmware, which covers it.
 */
export function withPcrSignature(image: Uint8Array, key: KeyObject, floor = 0): Buffer {
  const bytes = Buffer.from(image);
  const publicKey = createPublicKey(key);
  fill(bytes, '.nopkey', Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })));
  const policy = policyOf(predictPcr11(bytes));
  const content = {
    sha256: [
      {
        pcrs: [11],
        pkfp: sha256(publicKey.export({ type: 'spki', format: 'der' })).toString('hex'),
        pol: policy.toString('hex'),
        sig: sign('sha256', policy, key).toString('base64'),
      },
    ],
    ...(floor > 0 && { floors: signFloors(policy, key, floor) }),
  };
  fill(bytes, '.nopsig', Buffer.from(JSON.stringify(content)));
  return bytes;
}

/**
 * Returns what lets a boot image open keys with the floors 1 to `floor`: TPM2_PolicyAuthorize
 * checks a signature of the policy and the name of the floor, which early boot writes, too
 * (os/overlay/rootfs/usr/lib/haos/boot/tpm.sh).
 */
function signFloors(policy: Buffer, key: KeyObject, floor: number): string[] {
  return Array.from({ length: floor }, (_, index) => {
    const reference = Buffer.from(`haos-floor-${index + 1}`);
    return sign('sha256', Buffer.concat([policy, reference]), key).toString('base64');
  });
}

/** Returns what PCR 11 is when early boot of a boot image asks the TPM for a key. */
export function predictPcr11(bytes: Buffer): Buffer {
  const found = new Map(listSections(bytes).map((section) => [section.name, section]));
  const measured = MEASURED.flatMap((name) => {
    const section = found.get(name);
    return section === undefined ? [] : [Buffer.from(`${name}\0`), contentOf(bytes, section)];
  });
  return [...measured, Buffer.from(PHASE)].reduce(
    (pcr, data) => sha256(Buffer.concat([pcr, sha256(data)])),
    Buffer.alloc(32),
  );
}

/** Returns the digest of TPM2_PolicyPCR for PCR 11: TPM 2.0 Library, Part 3, 23.7. */
function policyOf(pcr: Buffer): Buffer {
  const [command, selection] = ['0000017f', '00000001000b03000800'].map((hex) => Buffer.from(hex, 'hex'));
  return sha256(
    Buffer.concat([Buffer.alloc(32), command ?? Buffer.of(), selection ?? Buffer.of(), sha256(pcr)]),
  );
}

interface Section {
  name: string;
  /** Where its header is. */
  header: number;
  offset: number;
  /** Bytes in memory, and in the file. */
  size: number;
  stored: number;
}

/** Returns the sections of a program for EFI: the PE format, "Section Table (Section Headers)". */
function listSections(bytes: Buffer): Section[] {
  const start = bytes.readUInt32LE(0x3c);
  const table = start + 24 + bytes.readUInt16LE(start + 20);
  return Array.from({ length: bytes.readUInt16LE(start + 6) }, (_, index) => {
    const header = table + index * 40;
    return {
      name: bytes.toString('latin1', header, header + 8).replace(/\0+$/, ''),
      header,
      size: bytes.readUInt32LE(header + 8),
      stored: bytes.readUInt32LE(header + 16),
      offset: bytes.readUInt32LE(header + 20),
    };
  });
}

/** Returns a section as it is in memory: what the file lacks is zero. */
function contentOf(bytes: Buffer, { offset, size, stored }: Section): Buffer {
  const content = Buffer.alloc(size);
  bytes.copy(content, 0, offset, offset + Math.min(size, stored));
  return content;
}

/** Fills an empty section, and gives it the name with which it counts. */
function fill(bytes: Buffer, empty: keyof typeof PCR_SECTIONS, content: Buffer): void {
  const section = listSections(bytes).find(({ name }) => name === empty);
  if (section === undefined || content.length > section.stored)
    throw new BuildFailure(`the boot image has no room for ${PCR_SECTIONS[empty].name}`);
  const { header, offset, stored } = section;
  bytes.fill(0, offset, offset + stored);
  content.copy(bytes, offset);
  bytes.fill(0, header, header + 8);
  bytes.write(PCR_SECTIONS[empty].name, header, 'latin1');
  bytes.writeUInt32LE(content.length, header + 8);
}

function sha256(data: Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
