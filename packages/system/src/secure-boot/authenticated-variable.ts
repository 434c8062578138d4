import { concat, guid, hex, littleEndian } from './bytes.js';
import { type KeyName, VENDORS } from './key-variables.js';

/**
 * EFI_VARIABLE_NON_VOLATILE, _BOOTSERVICE_ACCESS, _RUNTIME_ACCESS and
 * _TIME_BASED_AUTHENTICATED_WRITE_ACCESS: UEFI specification 2.10, 8.2.
 */
const ATTRIBUTES = littleEndian(0x27, 4);

/** EFI_CERT_TYPE_PKCS7_GUID: UEFI specification 2.10, 8.2.2. */
const PKCS7 = guid('4aafd29d-68df-49ee-8aa9-347d375665a7');

/** WIN_CERTIFICATE_UEFI_GUID: its revision and WIN_CERT_TYPE_EFI_GUID (32.2.4). */
const KIND = concat([littleEndian(0x0200, 2), littleEndian(0x0ef1, 2), PKCS7]);

/** Bytes of EFI_TIME, and of what follows it up to the signature. */
const [TIME, HEAD] = [16, 4 + KIND.length];

/**
 * A new value of a variable, as files with the ending `.auth` have it: an
 * EFI_VARIABLE_AUTHENTICATION_2, then the value (UEFI specification 2.10, 8.2.2).
 */
export interface AuthenticatedVariable {
  /** EFI_TIME. Firmware refuses one that is not later than that of the value it has. */
  time: Uint8Array;
  /** PKCS #7 SignedData in DER, without a ContentInfo. */
  signature: Uint8Array;
  /** EFI_SIGNATURE_LISTs. */
  value: Uint8Array;
}

/** Returns the EFI_TIME of milliseconds since the epoch, in UTC; 8.2.2 allows no fractions. */
export function formatTime(milliseconds: number): Uint8Array {
  const time = new Date(milliseconds);
  const [year, month, day] = [time.getUTCFullYear(), time.getUTCMonth() + 1, time.getUTCDate()];
  const clock = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()];
  return concat([littleEndian(year, 2), Uint8Array.of(month, day, ...clock), new Uint8Array(9)]);
}

/** Returns what the signature of a variable with keys covers. */
export function signedBytes(
  name: KeyName,
  { time, value }: Pick<AuthenticatedVariable, 'time' | 'value'>,
): Uint8Array {
  const letters = [...name].map((letter) => littleEndian(letter.charCodeAt(0), 2));
  return concat([...letters, guid(VENDORS[name]), ATTRIBUTES, time, value]);
}

export function formatAuthenticated({ time, signature, value }: AuthenticatedVariable): Uint8Array {
  return concat([time, littleEndian(HEAD + signature.length, 4), KIND, signature, value]);
}

/** Parses a file; returns undefined if it does not have that form. */
export function parseAuthenticated(bytes: Uint8Array): AuthenticatedVariable | undefined {
  if (bytes.length < TIME + HEAD) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = TIME + view.getUint32(TIME, true);
  const kind = bytes.subarray(TIME + 4, TIME + HEAD);
  if (hex(kind) !== hex(KIND) || end < TIME + HEAD || end > bytes.length) return undefined;
  return {
    time: bytes.subarray(0, TIME),
    signature: bytes.subarray(TIME + HEAD, end),
    value: bytes.subarray(end),
  };
}

/** Returns what the kernel wants written to the file of a variable, in one write. */
export function formatVariableFile(authenticated: Uint8Array): Uint8Array {
  return concat([ATTRIBUTES, authenticated]);
}
