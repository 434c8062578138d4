import { HaosError } from '@haos/host';
import { fromBase64, gunzip } from '@haos/host/internal';
import type { CcErrorCode } from '../../errors.js';
import { ENCODINGS } from '../../model/values.js';
import { isBase64 } from '../../parse/bytes.js';

/**
 * A small download can expand to gigabytes of zeros. No real configuration comes near this size.
 */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Decodes the content of a `write_files` item.
 *
 * `encoding` is empty or `text/plain` for plain text, `b64`/`base64`, or `gz`/`gzip` joined to one
 * of these by `+`. White space in base64 is ignored; other characters outside its alphabet and
 * missing padding are errors.
 *
 * Throws HAOS_CC_FILE_ENCODING for an unknown encoding. Throws HAOS_CC_FILE_CONTENT if the content
 * does not match the encoding or is more than 64 MiB.
 */
export async function decodeContent(content: string, encoding: string): Promise<Uint8Array> {
  const problem = checkContent(content, encoding);
  if (problem) throw new HaosError<CcErrorCode>(problem.failure, problem.message, { hint: problem.hint });
  if (!isEncoded(encoding)) return new TextEncoder().encode(content);
  const bytes = fromBase64(withoutSpace(content));
  return isCompressed(encoding) ? decompress(bytes) : bytes;
}

/** Why content cannot be decoded, and the code of the error. */
export interface ContentProblem {
  failure: 'HAOS_CC_FILE_ENCODING' | 'HAOS_CC_FILE_CONTENT';
  message: string;
  hint: string;
}

/**
 * Returns why `decodeContent` would reject the content, as far as that is known without
 * decompressing it. Returns undefined if it would not.
 */
export function checkContent(content: string, encoding: string): ContentProblem | undefined {
  if (!ENCODINGS.some((known) => known === encoding))
    return {
      failure: 'HAOS_CC_FILE_ENCODING',
      message: `unknown encoding ${JSON.stringify(encoding)}`,
      hint: `Use one of ${ENCODINGS.filter(Boolean).join(', ')}, or none.`,
    };
  const refused = (message: string, hint: string): ContentProblem => ({
    failure: 'HAOS_CC_FILE_CONTENT',
    message,
    hint,
  });
  // Compressed bytes are never valid UTF-8, so text cannot hold them. As `!!binary` they arrive as
  // `gz+b64`.
  if (isCompressed(encoding) && !isEncoded(encoding))
    return refused(
      'compressed content cannot be written as text',
      'Use the encoding gz+b64, or write the content as !!binary.',
    );
  if (!isEncoded(encoding)) return undefined;
  const compact = withoutSpace(content);
  if (!isBase64(compact))
    return refused('the content is not valid base64', 'Encode it again with padding, or remove `encoding`.');
  // The base64 of the three bytes that gzip begins with (RFC 1952, 2.3.1).
  return isCompressed(encoding) && !compact.startsWith('H4sI')
    ? refused('the content is not gzip', 'Compress it again, or remove `gz+` from `encoding`.')
    : undefined;
}

function isEncoded(encoding: string): boolean {
  return encoding.endsWith('64');
}

function isCompressed(encoding: string): boolean {
  return encoding.startsWith('gz');
}

function withoutSpace(content: string): string {
  return content.replace(/\s+/g, '');
}

async function decompress(bytes: Uint8Array): Promise<Uint8Array> {
  const content = await gunzip(bytes, MAX_BYTES);
  if (typeof content !== 'string') return content;
  throw new HaosError<CcErrorCode>(
    'HAOS_CC_FILE_CONTENT',
    content === 'too-large' ? 'the content is more than 64 MiB when decompressed' : 'the content is not gzip',
    { hint: 'Compress the content again with gzip.' },
  );
}
