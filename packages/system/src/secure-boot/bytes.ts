import { latin1 } from '@haos/host/internal';

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

/** Returns bytes in lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return Array.from(latin1(bytes), (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

/** Returns the bytes of a number, the lowest first. */
export function littleEndian(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) % 256);
}

/** Returns a GUID as firmware stores it, with its first three parts in reverse order. */
export function guid(text: string): Uint8Array {
  const parts = text
    .split('-')
    .map((part) => (part.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)));
  return Uint8Array.from(parts.flatMap((bytes, index) => (index < 3 ? bytes.reverse() : bytes)));
}
