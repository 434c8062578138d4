import { describe, expect, it } from 'vitest';
import { formatSignatureList, parseDatabase } from './signature-list.js';

describe('the database of the firmware', () => {
  const list = (type: string, contents: Buffer[]) => {
    const sizes = Buffer.alloc(12);
    const size = 16 + (contents[0]?.length ?? 0);
    sizes.writeUInt32LE(28 + size * contents.length, 0);
    sizes.writeUInt32LE(size, 8);
    const owned = contents.flatMap((content) => [Buffer.alloc(16, 7), content]);
    return Buffer.concat([Buffer.from(type, 'hex'), sizes, ...owned]);
  };
  const [x509, sha256] = ['a159c0a5e494a74a87b5ab155c2bf072', '2616c4c14c509240aca941f936934328'];

  it('has certificates and digests', () => {
    const [first, second] = [Buffer.from('first'), Buffer.from('second')];
    const digests = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const bytes = Buffer.concat([
      list(x509, [first]),
      list('00'.repeat(16), [first]),
      list(sha256, digests),
      list(x509, [second]),
    ]);

    const { certificates, digests: found, size, isWhole } = parseDatabase(bytes);

    expect(certificates.map((bytes) => Buffer.from(bytes).toString())).toEqual(['first', 'second']);
    expect(found).toEqual(['01'.repeat(32), '02'.repeat(32)]);
    expect([size, isWhole]).toEqual([5, true]);
  });

  it('gets a certificate as it was', () => {
    const certificate = Buffer.from('a certificate');

    const { certificates, digests, size, isWhole } = parseDatabase(formatSignatureList(certificate));

    expect(certificates.map((bytes) => Buffer.from(bytes).toString())).toEqual(['a certificate']);
    expect([digests, size, isWhole]).toEqual([[], 1, true]);
  });

  it('may claim a list of 4 GiB, which is not read', () => {
    const bytes = list(x509, [Buffer.from('first')]);
    bytes.writeUInt32LE(0xffff_ffff, 16);
    bytes.writeUInt32LE(17, 24);

    expect(parseDatabase(bytes)).toEqual({ certificates: [], digests: [], size: 0, isWhole: false });
  });

  it('may be damaged', () => {
    const bytes = list(x509, [Buffer.from('first')]);
    for (let length = 1; length < bytes.length; length += 1)
      expect(parseDatabase(bytes.subarray(0, length)).isWhole, `${length} bytes`).toBe(false);
    expect(parseDatabase(Buffer.concat([bytes, Buffer.alloc(1)])).isWhole).toBe(false);
  });
});
