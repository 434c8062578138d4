import { base64, fromBase64, type GunzipProblem } from '@haos/host/internal';
import { isBase64, isUtf16, utf8, utf16 } from '../parse/bytes.js';
import { mappingNode, type Node, stringNode } from '../parse/node.js';

/** The detected form of user data. */
export type UserData =
  | { kind: 'config'; text: string }
  | { kind: 'program'; root: Node }
  | { kind: 'unsupported'; message: string; hint: string };

export interface UserDataOptions {
  /** The path to write a script or program to and to run it from. */
  programPath: string;
  /** Decompresses gzip, or says why it cannot. */
  gunzip: (bytes: Uint8Array) => Promise<Uint8Array | GunzipProblem>;
}

/** How often compression and base64 may be nested. Clouds add at most one of each. */
const MAX_WRAPPINGS = 4;

/**
 * Detects the form of user data. Unwraps compressed and base64 forms. Then a NUL byte means a
 * program, `#!` a script, and anything else a cloud-config. A program or script becomes a file to
 * write and a command that runs it.
 */
export async function readUserData(bytes: Uint8Array, options: UserDataOptions): Promise<UserData> {
  const unwrapped = await unwrap(bytes, options.gunzip);
  if (!(unwrapped instanceof Uint8Array)) return unwrapped;
  const text = utf8(unwrapped);
  const isScript = unwrapped[0] === 0x23 && unwrapped[1] === 0x21;
  if (isUtf16(unwrapped)) return { kind: 'config', text: utf16(unwrapped) };
  if (unwrapped.includes(0)) return asProgram(base64(unwrapped), 'b64', options.programPath);
  if (isScript)
    return text === undefined
      ? asProgram(base64(unwrapped), 'b64', options.programPath)
      : asProgram(text, '', options.programPath);
  return text === undefined
    ? { kind: 'unsupported', message: 'user data is neither text nor a program', hint: 'Encode it as UTF-8.' }
    : (unsupportedForm(text) ?? { kind: 'config', text });
}

async function unwrap(bytes: Uint8Array, gunzip: UserDataOptions['gunzip']): Promise<Uint8Array | UserData> {
  let current = bytes;
  for (let round = 0; round < MAX_WRAPPINGS; round++) {
    if (isGzip(current)) {
      const content = await gunzip(current);
      if (typeof content === 'string')
        return { kind: 'unsupported', message: 'user data is damaged gzip', hint: 'Compress it again.' };
      current = content;
      continue;
    }
    const decoded = decodeWhole(current);
    if (!decoded) break;
    current = decoded;
  }
  return current;
}

/**
 * Decodes a text that is base64 as a whole, with or without a byte order mark, if the result is a
 * form that people encode: gzip, a script, or a marked cloud-config.
 */
function decodeWhole(bytes: Uint8Array): Uint8Array | undefined {
  // `\s` also matches the byte order mark.
  const text = (isUtf16(bytes) ? utf16(bytes) : utf8(bytes))?.replace(/\s/g, '');
  if (!text || !isBase64(text)) return undefined;
  const decoded = fromBase64(text);
  const start = String.fromCharCode(...decoded.subarray(0, 13));
  return isGzip(decoded) || start.startsWith('#!') || start === '#cloud-config' ? decoded : undefined;
}

function unsupportedForm(text: string): UserData | undefined {
  const first = text.slice(0, 200).toLowerCase();
  const unsupported = (message: string, hint: string): UserData => ({ kind: 'unsupported', message, hint });
  if (/^(?:from .*\r?\n)?(?:content-type|mime-version):/.test(first))
    return unsupported('MIME user data is not supported', 'Give one cloud-config or one script.');
  if (/^## *template: *jinja/.test(first))
    return unsupported(
      'jinja templates are not supported',
      'Give the cloud-config that the template generates.',
    );
  if (/^#(?:cloud-boothook|part-handler|upstart-job|cloud-config-archive)\b/.test(first))
    return unsupported(`${text.split(/\r?\n/, 1)[0]} is not supported`, 'Give a cloud-config or a script.');
  return undefined;
}

function asProgram(content: string, encoding: string, path: string): UserData {
  const file = mappingNode({
    encoding: stringNode(encoding, 0, 1),
    content: stringNode(content, 0, 1),
    owner: stringNode('root', 0, 1),
    path: stringNode(path, 0, 1),
    permissions: stringNode('0700', 0, 1),
  });
  const list = (item: Node): Node => ({ kind: 'sequence', items: [item], start: 0, length: 1 });
  return {
    kind: 'program',
    root: mappingNode({ write_files: list(file), run_cmd: list(stringNode(path, 0, 1)) }),
  };
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
