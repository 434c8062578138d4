import { concat, guid, hex, littleEndian } from './bytes.js';

/** EFI_CERT_X509_GUID and EFI_CERT_SHA256_GUID: UEFI specification 2.10, 32.4.1. */
const X509 = guid('a5c059a1-94e4-4aa7-87b5-ab155c2bf072');
const SHA256 = guid('c1c41626-504c-4092-aca9-41f936934328');

/** The owner of the entries that HAOS makes. Firmware only shows it. */
const OWNER = guid('0f3e2b0c-5a52-4d3c-9a0e-1f6f6c2b8a41');

/** Bytes of EFI_SIGNATURE_LIST before its entries, and of an owner. */
const [HEADER, OWNER_SIZE] = [28, 16];

/** What the firmware trusts or refuses. */
export interface FirmwareDatabase {
  /** Certificates in DER. */
  certificates: readonly Uint8Array[];
  /** SHA-256 digests of programs, in hex. */
  digests: readonly string[];
  /** How many entries it has, those of other types included. */
  size: number;
  /** Whether the bytes are complete lists, and nothing else. */
  isWhole: boolean;
}

/** Parses EFI_SIGNATURE_LISTs; only counts entries of other types. */
export function parseDatabase(bytes: Uint8Array): FirmwareDatabase {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const certificates: Uint8Array[] = [];
  const digests: string[] = [];
  let [start, entries] = [0, 0];
  while (start + HEADER <= bytes.length) {
    const type = hex(bytes.subarray(start, start + 16));
    const uint32 = (offset: number) => view.getUint32(start + offset, true);
    const [length, header, size] = [uint32(16), uint32(20), uint32(24)];
    if (length < HEADER || size <= OWNER_SIZE || start + length > bytes.length) break;
    // Each signature begins with the GUID of its owner.
    for (let at = start + HEADER + header; at + size <= start + length; at += size) {
      const content = bytes.subarray(at + OWNER_SIZE, at + size);
      entries += 1;
      if (type === hex(X509)) certificates.push(content);
      if (type === hex(SHA256)) digests.push(hex(content));
    }
    start += length;
  }
  return { certificates, digests, size: entries, isWhole: start === bytes.length };
}

/** Returns an EFI_SIGNATURE_LIST with one certificate in DER. */
export function formatSignatureList(certificate: Uint8Array): Uint8Array {
  const size = OWNER_SIZE + certificate.length;
  const sizes = [HEADER + size, 0, size].map((value) => littleEndian(value, 4));
  return concat([X509, ...sizes, OWNER, certificate]);
}
