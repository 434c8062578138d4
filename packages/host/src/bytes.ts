/*
 * Bytes and texts without Buffer, which browsers do not have.
 */

/** Decodes UTF-8. Keeps a byte order mark; replaces bytes that are not valid by U+FFFD. */
export function utf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Returns a text with one character per byte (ISO 8859-1, which Node calls latin1). */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 8192)
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return text;
}

/** Returns the bytes of a text with one character per byte; the inverse of `latin1`. */
export function fromLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** Encodes bytes as padded base64 on one line. */
export function base64(bytes: Uint8Array): string {
  return btoa(latin1(bytes));
}

/** Decodes padded base64 on one line; throws a DOMException for other text. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return fromLatin1(atob(text));
}
