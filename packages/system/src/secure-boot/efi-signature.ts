import type { Host } from '@haos/host';
import { sha256 } from '@haos/host/internal';
import { concat, hex } from './bytes.js';
import { children, type Element, parseElement } from './der.js';
import { readKeyVariable } from './key-variables.js';
import { type FirmwareDatabase, parseDatabase } from './signature-list.js';

type Entries = Pick<FirmwareDatabase, 'certificates' | 'digests'>;

/** What decides which programs the firmware starts. */
export interface FirmwareTrust extends Entries {
  /** What dbx has; default: nothing. It overrides the rest. */
  refused?: Entries;
}

/**
 * Reads what the firmware of the node with a system directory starts; undefined if its variables
 * are not there.
 */
export function readTrust(host: Host, directory?: string): FirmwareTrust | undefined {
  const value = readKeyVariable(host, 'db', directory);
  return value && withRefused(host, parseDatabase(value), directory);
}

/** Returns a database with what dbx of the firmware refuses. */
export function withRefused(host: Host, database: Entries, directory?: string): FirmwareTrust {
  const { certificates, digests } = database;
  return {
    certificates,
    digests,
    refused: parseDatabase(readKeyVariable(host, 'dbx', directory) ?? new Uint8Array()),
  };
}

/**
 * Returns whether the firmware would start a program: its digest is in the database, or a
 * certificate of the database, or one that it signed, made one of its signatures (Windows
 * Authenticode Portable Executable Signature Format; RSA and SHA-256 only). It would not if dbx has
 * its digest, or a certificate by which any of its signatures is valid: UEFI specification 2.10,
 * 32.5.3.3.
 */
export async function isSignedFor(
  program: Uint8Array,
  { certificates, digests, refused = { certificates: [], digests: [] } }: FirmwareTrust,
): Promise<boolean> {
  try {
    const { digest, signatures } = await readProgram(program);
    const isSignedBy = async (keys: readonly Uint8Array[]) => {
      for (const signature of keys.length === 0 ? [] : signatures)
        if (await isValid(parseSignature(signature), digest, keys)) return true;
      return false;
    };
    if (refused.digests.includes(digest) || (await isSignedBy(refused.certificates))) return false;
    return digests.includes(digest) || (await isSignedBy(certificates));
  } catch (error) {
    // Not in the format that it claims to have.
    if (!(error instanceof RangeError)) throw error;
  }
  return false;
}

/**
 * Returns whether one of these certificates made a signature of bytes: PKCS #7 SignedData with or
 * without a ContentInfo. UEFI specification 2.10, 8.2.2 wants no signed attributes; some tools
 * write them, and firmware accepts them.
 */
export async function isSignedDataOf(
  der: Uint8Array,
  signed: Uint8Array,
  certificates: readonly Uint8Array[],
): Promise<boolean> {
  try {
    const { attributes, value } = parseSigner(parseElement(unwrapSignedData(der)));
    if (attributes !== undefined && attributes.messageDigest !== (await sha256(signed))) return false;
    for (const certificate of certificates)
      if (await isMadeBy(certificate, attributes?.bytes ?? signed, value)) return true;
  } catch (error) {
    // Not in the format that it claims to have.
    if (!(error instanceof RangeError)) throw error;
  }
  return false;
}

/** Returns a SignedData without its ContentInfo, which some firmware does not read. */
export function unwrapSignedData(der: Uint8Array): Uint8Array {
  const element = parseElement(der);
  // A ContentInfo begins with an OID, a SignedData with its version.
  return children(element)[0]?.tag === 0x06 ? child(child(element, 1), 0).bytes : element.bytes;
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
  const { attributes, value } = parseSigner(signed);
  if (attributes === undefined) throw new RangeError('the signed attributes are missing');
  return {
    digest: hex(child(child(content, 1), 1).content),
    content: content.content,
    certificates: certificates?.tag === 0xa0 ? children(certificates).map(({ bytes }) => bytes) : [],
    attributes: attributes.bytes,
    messageDigest: attributes.messageDigest,
    value,
  };
}

/** Returns the signature of a SignedData, and the signed attributes with the digest among them. */
function parseSigner(signed: Element): {
  attributes: { bytes: Uint8Array; messageDigest: string } | undefined;
  value: Uint8Array;
} {
  const parts = children(child(need(children(signed).at(-1)), 0));
  const { content: value } = need(parts.findLast(({ tag }) => tag === 0x04));
  const stored = parts.find(({ tag }) => tag === 0xa0);
  if (stored === undefined) return { attributes: undefined, value };
  const digest = need(
    children(stored).find((attribute) => hex(child(attribute, 0).content) === MESSAGE_DIGEST),
  );
  // Signed as a SET, although stored with another tag.
  const bytes = concat([Uint8Array.of(0x31), stored.bytes.subarray(1)]);
  return { attributes: { bytes, messageDigest: hex(child(child(digest, 1), 0).content) }, value };
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

function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
