/** An element of DER: ITU-T X.690. */
export interface Element {
  tag: number;
  /** All of it, and what follows its length. */
  bytes: Uint8Array;
  content: Uint8Array;
}

/** Parses the element at the beginning of bytes; throws a RangeError if it is not complete. */
export function parseElement(bytes: Uint8Array): Element {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new RangeError('an element is cut off');
  const count = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || count > 4 || (tag & 0x1f) === 0x1f) throw new RangeError('an element is not DER');
  const length =
    count === 0 ? first : bytes.subarray(2, 2 + count).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + count;
  if (start + length > bytes.length) throw new RangeError('an element is cut off');
  return { tag, bytes: bytes.subarray(0, start + length), content: bytes.subarray(start, start + length) };
}

/** Returns the elements in an element; throws a RangeError if one is not complete. */
export function children({ content }: Element): Element[] {
  const found: Element[] = [];
  for (let rest = content; rest.length > 0; ) {
    const element = parseElement(rest);
    found.push(element);
    rest = rest.subarray(element.bytes.length);
  }
  return found;
}
