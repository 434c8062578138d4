import fc from 'fast-check';
import { expect, it } from 'vitest';
import { base64, fromBase64, fromLatin1, latin1, utf8 } from './bytes.js';

it('bytes become the same texts as with Buffer, and the other way round', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      expect(utf8(bytes)).toBe(buffer.toString('utf8'));
      expect(latin1(bytes)).toBe(buffer.toString('latin1'));
      expect(base64(bytes)).toBe(buffer.toString('base64'));
      expect(fromLatin1(latin1(bytes))).toEqual(bytes);
      expect(fromBase64(base64(bytes))).toEqual(bytes);
    }),
  );
});

it('a byte order mark stays', () => {
  expect(utf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
});
