import type { Host } from '@haos/host';
import { latin1, sha256 } from '@haos/host/internal';
import { inRootOf } from '../layout.js';
import { children, type Element, parseElement } from './der.js';

/** The variable db of the UEFI specification, 32.4.1, with what the firmware starts. */
const DATABASE = '/sys/firmware/efi/efivars/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f';

/** EFI_CERT_X509_GUID and EFI_CERT_SHA256_GUID, as they are stored. */
const X509 = 'a159c0a5e494a74a87b5ab155c2bf072';
const SHA256 = '2616c4c14c509240aca941f936934328';

/** What the firmware of a node starts. */
export interface FirmwareDatabase {
  /** Certificates in DER. */
  certificates: readonly Uint8Array[];
  /** SHA-256 digests of programs, in hex. */
  digests: readonly string[];
}

/**
 * Reads what the firmware of the node with a system directory starts; undefined if its variables
 * are not there.
 */
export function readDatabase(host: Host, directory: string): FirmwareDatabase | undefined {
  const path = inRootOf(directory, DATABASE);
  if (path === undefined || host.files.stat(path) === undefined) return undefined;
  // The kernel puts four bytes of attributes before the value.
  return parseDatabase(host.files.read(path).subarray(4));
}

/** Parses EFI_SIGNATURE_LISTs; ignores those of other types. */
export function parseDatabase(bytes: Uint8Array): FirmwareDatabase {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const certificates: Uint8Array[] = [];
  const digests: string[] = [];
  for (let start = 0; start + 28 <= bytes.length; ) {
    const type = hex(bytes.subarray(start, start + 16));
    const uint32 = (offset: number) => view.getUint32(start + offset, true);
    const [length, header, size] = [uint32(16), uint32(20), uint32(24)];
    if (length < 28 || size <= 16) break;
    // Each signature begins with the GUID of its owner.
    for (let at = start + 28 + header; at + size <= start + length; at += size) {
      const content = bytes.subarray(at + 16, at + size);
      if (type === X509) certificates.push(content);
      if (type === SHA256) digests.push(hex(content));
    }
    start += length;
  }
  return { certificates, digests };
}

/**
 * Returns whether the firmware would start a program: its digest is in the database, or a
 * certificate of the database, or one that it signed, made one of its signatures (Windows
 * Authenticode Portable Executable Signature Format; RSA and SHA-256 only).
 */
export async function isSignedFor(program: Uint8Array, database: FirmwareDatabase): Promise<boolean> {
  try {
    const { digest, signatures } = await readProgram(program);
    if (database.digests.includes(digest)) return true;
    for (const signature of signatures) {
      if (await isValid(parseSignature(signature), digest, database.certificates)) return true;
    }
  } catch (error) {
    // Not in the format that it claims to have.
    if (!(error instanceof RangeError)) throw error;
  }
  return false;
}

/** Returns the digest that a signature of a program covers, and its signatures. */
async function readProgram(bytes: Uint8Array): Promise<{ digest: string; signatures: Uint8Array[] }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const optional = view.getUint32(0x3c, true) + 24;
  const checksum = optional + 64;
  const isPlus = view.getUint16(optional, true) === 0x20b;
  const entry = optional + (isPlus ? 112 : 96) + 4 * 8;
  const [start, size] = [view.getUint32(entry, true), view.getUint32(entry + 4, true)];
  const end = start === 0 ? bytes.length : start;
  // The checksum, the entry for the signatures and the signatures are not covered.
  const covered = [
    bytes.subarray(0, checksum),
    bytes.subarray(checksum + 4, entry),
    bytes.subarray(entry + 8, end),
  ];
  const signatures: Uint8Array[] = [];
  for (let at = end; at + 8 <= end + size && end + size <= bytes.length; ) {
    const length = view.getUint32(at, true);
    if (length <= 8) break;
    // WIN_CERT_TYPE_PKCS_SIGNED_DATA
    if (view.getUint16(at + 6, true) === 2) signatures.push(bytes.subarray(at + 8, at + length));
    at += (length + 7) & ~7;
  }
  return { digest: await sha256(concat(covered)), signatures };
}

interface Signature {
  /** The digest of the program that was signed, in hex. */
  digest: string;
  /** What the signed attributes must have the digest of. */
  content: Uint8Array;
  certificates: readonly Uint8Array[];
  /** The signed attributes in DER, and the digest among them in hex. */
  attributes: Uint8Array;
  messageDigest: string;
  value: Uint8Array;
}

/** PKCS #7 1.5, RFC 2315; OID 1.2.840.113549.1.9.4 is messageDigest. */
const MESSAGE_DIGEST = '2a864886f70d010904';

function parseSignature(der: Uint8Array): Signature {
  const signed = child(child(parseElement(der), 1), 0);
  const [, , contentInfo, certificates] = children(signed);
  const content = child(child(need(contentInfo), 1), 0);
  const signer = child(need(children(signed).at(-1)), 0);
  const attributes = need(children(signer).find(({ tag }) => tag === 0xa0));
  const digestOf = need(
    children(attributes).find((attribute) => hex(child(attribute, 0).content) === MESSAGE_DIGEST),
  );
  const value = need(children(signer).findLast(({ tag }) => tag === 0x04));
  return {
    digest: hex(child(child(content, 1), 1).content),
    content: content.content,
    certificates: certificates?.tag === 0xa0 ? children(certificates).map(({ bytes }) => bytes) : [],
    // Signed as a SET, although stored with another tag.
    attributes: concat([Uint8Array.of(0x31), attributes.bytes.subarray(1)]),
    messageDigest: hex(child(child(digestOf, 1), 0).content),
    value: value.content,
  };
}

async function isValid(
  signature: Signature,
  digest: string,
  trusted: readonly Uint8Array[],
): Promise<boolean> {
  const { content, attributes, value, certificates } = signature;
  if (signature.digest !== digest || signature.messageDigest !== (await sha256(content))) return false;
  for (const root of trusted) {
    if (await isMadeBy(root, attributes, value)) return true;
    for (const certificate of certificates) {
      const { signed, value: ofRoot } = parseCertificate(certificate);
      if ((await isMadeBy(root, signed, ofRoot)) && (await isMadeBy(certificate, attributes, value)))
        return true;
    }
  }
  return false;
}

/** RSASSA-PKCS1-v1_5 with SHA-256, the only one that firmware must know. */
const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;

async function isMadeBy(certificate: Uint8Array, signed: Uint8Array, value: Uint8Array): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  try {
    const key = await subtle.importKey('spki', copy(parseCertificate(certificate).key), ALGORITHM, false, [
      'verify',
    ]);
    return await subtle.verify(ALGORITHM, key, copy(value), copy(signed));
  } catch {
    return false; // a key of another kind
  }
}

/** Returns the signed part of a certificate (RFC 5280, 4.1), its public key, and its signature. */
function parseCertificate(der: Uint8Array): { signed: Uint8Array; key: Uint8Array; value: Uint8Array } {
  const [tbs, , signature] = children(parseElement(der));
  const fields = children(need(tbs));
  // The version may be missing.
  const key = fields[fields[0]?.tag === 0xa0 ? 6 : 5];
  // A BIT STRING begins with the number of unused bits.
  return { signed: need(tbs).bytes, key: need(key).bytes, value: need(signature).content.subarray(1) };
}

function child(element: Element, index: number): Element {
  return need(children(element)[index]);
}

function need(element: Element | undefined): Element {
  if (element === undefined) throw new RangeError('an element is missing');
  return element;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function hex(bytes: Uint8Array): string {
  return Array.from(latin1(bytes), (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
