import { base64, fromBase64, latin1 } from '@haos/host/internal';

/** One line of an authorized_keys file, as described in sshd(8), AUTHORIZED_KEYS FILE FORMAT. */
export interface PublicKey {
  /** The whole line as written, without surrounding white space. */
  line: string;
  /** The text before the key type, such as `from="10.0.0.0/8",no-pty`. */
  options: string | undefined;
  type: string;
  /** Canonical Base64. */
  blob: string;
  /** Empty if the line has no comment. */
  comment: string;
}

export type RejectionCode =
  | 'not-a-key'
  | 'private-key'
  | 'unsupported-type'
  | 'broken-key'
  | 'control-character';

/** A line that is not a key. Never contains the text of the line, which could be anything. */
export interface RejectedLine {
  /** Counts from 1. */
  line: number;
  code: RejectionCode;
  reason: string;
}

export interface ParsedKeys {
  keys: PublicKey[];
  rejected: RejectedLine[];
}

/**
 * The number of length-prefixed fields in the blob of each type (RFC 4253, 5656, 8709; PROTOCOL.u2f
 * of OpenSSH).
 */
const FIELD_COUNTS: ReadonlyMap<string, number> = new Map([
  ['ssh-rsa', 3],
  ['ssh-ed25519', 2],
  ['ecdsa-sha2-nistp256', 3],
  ['ecdsa-sha2-nistp384', 3],
  ['ecdsa-sha2-nistp521', 3],
  ['sk-ssh-ed25519@openssh.com', 3],
  ['sk-ecdsa-sha2-nistp256@openssh.com', 4],
]);

const CERTIFICATE = '-cert-v01@openssh.com';

const OPTION = /[A-Za-z0-9-]+(?:="(?:\\"|[^"\\]|\\(?!"))*")?/.source;
const OPTIONS = new RegExp(`^${OPTION}(?:,${OPTION})*(?=[ \t])`);
const KEY = /^(\S+)[ \t]+(\S+)(?:[ \t]+(.*))?$/;
/** Control characters except the tab, and the line separators of Unicode. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression looks for them
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/;

const REASONS: Record<RejectionCode, string> = {
  'not-a-key': 'it is not a public key',
  'private-key': 'it is a private key, which must stay on its own machine',
  'unsupported-type': 'sshd does not support the key type',
  'broken-key': 'the key is damaged or truncated',
  'control-character': 'it contains control characters',
};

/**
 * Parses the lines of an authorized_keys file, of a `.keys` page or of a configuration item.
 * Accepts only lines that sshd would accept as a key, skips comments and blank lines, and rejects
 * everything else. Never throws.
 */
export function parsePublicKeys(text: string): ParsedKeys {
  const keys: PublicKey[] = [];
  const rejected: RejectedLine[] = [];
  for (const [index, written] of text.split('\n').entries()) {
    const line = written.trim();
    if (line === '' || line.startsWith('#')) continue;
    const result = parseLine(line);
    if (typeof result !== 'string') keys.push(result);
    else rejected.push({ line: index + 1, code: result, reason: REASONS[result] });
  }
  return { keys, rejected };
}

/** Returns the identity of a key: its type and blob, without options and comment. */
export function keyId(key: PublicKey): string {
  return `${key.type} ${key.blob}`;
}

function parseLine(line: string): PublicKey | RejectionCode {
  if (CONTROL.test(line)) return 'control-character';
  if (line.includes('PRIVATE KEY-----')) return 'private-key';
  // As in sshd: a line that does not start with a key may have options before the key.
  const plain = parseKey(line, undefined);
  const options = plain === 'not-a-key' ? OPTIONS.exec(line)?.[0] : undefined;
  return options === undefined ? plain : parseKey(line, options);
}

function parseKey(line: string, options: string | undefined): PublicKey | RejectionCode {
  const key = KEY.exec(line.slice(options?.length ?? 0).trimStart());
  if (!key) return options === undefined && isKeyType(line) ? 'broken-key' : 'not-a-key';
  const [, type = '', encoded = '', comment = ''] = key;
  if (!isKeyType(type)) return 'not-a-key';
  if (!isSupportedType(type)) return 'unsupported-type';
  const blob = decodeBlob(encoded, type);
  return blob === undefined ? 'broken-key' : { line, options, type, blob, comment };
}

/**
 * Returns whether the word is the name of a key type, supported or not: OpenSSH has removed
 * `ssh-dss` and may add others.
 */
function isKeyType(word: string): boolean {
  return isSupportedType(word) || /^(?:sk-)?(?:ssh|ecdsa)-[a-z0-9-]+(?:@openssh\.com)?$/.test(word);
}

function isSupportedType(type: string): boolean {
  return FIELD_COUNTS.has(type) || (type.endsWith(CERTIFICATE) && plainTypeOf(type) !== undefined);
}

function plainTypeOf(certificate: string): string | undefined {
  const base = certificate.slice(0, -CERTIFICATE.length);
  return [base, `${base}@openssh.com`].find((type) => FIELD_COUNTS.has(type));
}

function decodeBlob(written: string, type: string): string | undefined {
  if (written.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(written)) return undefined;
  const blob = fromBase64(written);
  const fields = readFields(blob);
  if (fields[0] === undefined || latin1(fields[0]) !== type) return undefined;
  const count = FIELD_COUNTS.get(type);
  const used = fields.reduce((sum, field) => sum + 4 + field.length, 0);
  // The blob of a certificate continues with numbers. A truncated blob of another type lacks a
  // field.
  const complete = count === undefined || (fields.length === count && used === blob.length);
  return complete ? canonicalOf(written) : undefined;
}

/**
 * Only the last four digits can be written in two ways: with padding, they have bits that mean
 * nothing.
 */
function canonicalOf(written: string): string {
  if (!written.endsWith('=')) return written;
  return written.slice(0, -4) + base64(fromBase64(written.slice(-4)));
}

function readFields(blob: Uint8Array): Uint8Array[] {
  const fields: Uint8Array[] = [];
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  let offset = 0;
  while (offset + 4 <= blob.length) {
    const end = offset + 4 + view.getUint32(offset);
    if (end > blob.length) break;
    fields.push(blob.subarray(offset + 4, end));
    offset = end;
  }
  return fields;
}
