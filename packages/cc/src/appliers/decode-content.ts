import { HaosError } from '@haos/system';
import { isBase64 } from '../bytes.js';
import type { CcErrorCode } from '../errors.js';

/** A small download can hold gigabytes of zeros; nothing that is configuration comes near this. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The bytes that a `write_files` item means.
 *
 * `encoding` is empty or `text/plain` for text as it is, `b64`/`base64`, or `gz`/`gzip` joined to one of these by `+`.
 * White space in base64 is ignored; anything else outside its alphabet, and missing padding, is refused.
 *
 * Throws HAOS_CC_FILE_ENCODING for an unknown encoding, and HAOS_CC_FILE_CONTENT when the content is not what the encoding
 * says, or is more than 64 MiB.
 */
export async function decodeContent(content: string, encoding: string): Promise<Uint8Array> {
  switch (encoding) {
    case '':
    case 'text/plain':
      return new TextEncoder().encode(content);
    case 'b64':
    case 'base64':
      return decodeBase64(content);
    case 'gz+b64':
    case 'gz+base64':
    case 'gzip+b64':
    case 'gzip+base64':
      return decompress(decodeBase64(content));
    case 'gz':
    case 'gzip':
      // Compressed bytes are never valid UTF-8, so text cannot hold them; as `!!binary` they arrive as `gz+b64`.
      throw contentError('compressed content cannot be written as text', {
        hint: 'Use the encoding gz+b64, or write the content as !!binary.',
      });
    default:
      throw new HaosError<CcErrorCode>(
        'HAOS_CC_FILE_ENCODING',
        `unknown encoding ${JSON.stringify(encoding)}`,
        {
          hint: 'Use b64, gz+b64, or leave the encoding out.',
        },
      );
  }
}

function decodeBase64(text: string): Uint8Array {
  const compact = text.replace(/\s+/g, '');
  if (!isBase64(compact)) {
    throw contentError('the content is not base64', { hint: 'Encode the content again, with padding.' });
  }
  return Buffer.from(compact, 'base64');
}

async function decompress(bytes: Uint8Array): Promise<Uint8Array> {
  const { gunzipSync } = await import('node:zlib');
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    const tooLarge = (cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    throw contentError(
      tooLarge ? 'the content is more than 64 MiB when decompressed' : 'the content is not gzip',
      {
        hint: 'Compress the content again with gzip.',
        cause,
      },
    );
  }
}

function contentError(message: string, options: { hint: string; cause?: unknown }): HaosError<CcErrorCode> {
  return new HaosError<CcErrorCode>('HAOS_CC_FILE_CONTENT', message, options);
}
