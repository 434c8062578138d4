import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeContent } from './decode-content.js';

const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0x00, 0xff, 0xfe]);

describe('decodeContent', () => {
  it.each(['', 'text/plain'])('keeps text unchanged with the encoding %j', async (encoding) => {
    expect(await decodeContent('grüße\n', encoding)).toEqual(new TextEncoder().encode('grüße\n'));
  });

  it.each(['b64', 'base64'])('decodes %s, with line breaks and blanks in it', async (encoding) => {
    const text = ELF.toString('base64');

    const decoded = await decodeContent(` ${text.slice(0, 5)}\n  ${text.slice(5)}\n`, encoding);

    expect(Buffer.from(decoded)).toEqual(ELF);
  });

  it.each(['gz+b64', 'gz+base64', 'gzip+b64', 'gzip+base64'])('decodes %s', async (encoding) => {
    expect(Buffer.from(await decodeContent(gzipSync(ELF).toString('base64'), encoding))).toEqual(ELF);
  });

  it.each([
    ['text that is not base64', '***'],
    ['base64 without its padding', 'QQ'],
    ['base64url', 'a-_b'],
    ['padding in the middle', 'QQ==QQ=='],
    ['an elision', 'CiMgVGhp...'],
  ])('refuses %s', async (_, content) => {
    await expect(decodeContent(content, 'b64')).rejects.toMatchObject({ code: 'HAOS_CC_FILE_CONTENT' });
  });

  it.each(['gz', 'gzip'])(
    'refuses text with the encoding %s, which cannot hold compressed bytes',
    async (encoding) => {
      await expect(decodeContent('\u001f', encoding)).rejects.toMatchObject({ code: 'HAOS_CC_FILE_CONTENT' });
    },
  );

  it('refuses base64 that is not gzip', async () => {
    await expect(decodeContent('aGVsbG8=', 'gz+b64')).rejects.toMatchObject({ code: 'HAOS_CC_FILE_CONTENT' });
  });

  it('rejects content that is more than 64 MiB when decompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024 + 1)).toString('base64');

    await expect(decodeContent(bomb, 'gz+b64')).rejects.toMatchObject({ code: 'HAOS_CC_FILE_CONTENT' });
  });

  it('refuses an unknown encoding', async () => {
    await expect(decodeContent('x', 'rot13')).rejects.toMatchObject({ code: 'HAOS_CC_FILE_ENCODING' });
  });
});
