import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type BuildErrorCode, BuildFailure } from './failure.js';

/** A private key in a token, such as a smart card or an HSM, which does not give it away. */
export interface TokenKey {
  /** The URI (RFC 7512) up to the `?`. */
  uri: string;
  /** Path of a file with the PIN. */
  pinFile?: string;
  /** Path of the library for the token; default: PKCS11_MODULE_PATH, else what p11-kit has. */
  module?: string;
}

/** The attributes that libp11 reads; it refuses a URI with others. */
const ATTRIBUTES = ['token', 'serial', 'manufacturer', 'model', 'object', 'id', 'type'];
const PARAMETERS = ['pin-source', 'module-path'];

/** Bytes. libp11 0.4.12 of Debian 12 ignores the rest, and the token would count a wrong PIN. */
const MAX_PIN = 31;

/** Returns whether the name of a key is a URI, and not a path. */
export function isTokenUri(key: string): boolean {
  return key.startsWith('pkcs11:');
}

/**
 * Reads the URI of a key in a token. Throws HAOS_PKCS11_URI for one without `object` and `id`, with
 * a PIN, or with something that libp11 does not read.
 */
export function parseTokenUri(text: string): TokenKey {
  const [path = '', query = ''] = text.slice('pkcs11:'.length).split(/\?(.*)/s);
  const [attributes, parameters] = [readPairs(path, ';'), readPairs(query, '&')];
  if ([...attributes.keys(), ...parameters.keys()].includes('pin-value'))
    throw wrongUri('has a PIN, which the list of processes shows; use pin-source or --boot-pin-file');
  for (const [pairs, known] of [[attributes, ATTRIBUTES] as const, [parameters, PARAMETERS] as const])
    for (const name of pairs.keys())
      if (!known.includes(name)) throw wrongUri(`has ${name}, which is not supported`);
  if (!attributes.has('object') && !attributes.has('id'))
    throw wrongUri('does not name the key; add object= or id=');
  const [pinFile, module] = [readPath(parameters, 'pin-source'), readPath(parameters, 'module-path')];
  return { uri: `pkcs11:${path}`, ...(pinFile && { pinFile }), ...(module && { module }) };
}

/** Returns the values by their names. The message of the error quotes nothing: it may be a PIN. */
function readPairs(part: string, separator: string): Map<string, string> {
  const pairs = part.split(separator).map((pair) => /^([a-z-]+)=(.*)$/s.exec(pair));
  if (part === '') return new Map();
  return new Map(
    pairs.map((match) => {
      if (match === null) throw wrongUri('must have the form pkcs11:token=NAME;object=NAME?pin-source=FILE');
      return [match[1] ?? '', match[2] ?? ''];
    }),
  );
}

function readPath(parameters: ReadonlyMap<string, string>, name: string): string | undefined {
  let path: string | undefined;
  try {
    path = decodeURIComponent(parameters.get(name) ?? '').replace(/^file:(\/\/(?=\/))?/, '');
  } catch {
    throw wrongUri(`has a wrong escape in ${name}`);
  }
  if (path.startsWith('|')) throw wrongUri(`has a command as ${name}; name a file`);
  return path === '' ? undefined : path;
}

function wrongUri(what: string): BuildFailure {
  return new BuildFailure(`the URI of --boot-key ${what}: docs/secure-boot.md`, 2, 'HAOS_PKCS11_URI');
}

/**
 * Resolves to the PIN of a token: the line of its file, else what `ask` resolves to. Throws
 * HAOS_PKCS11_PIN if there is neither, and for what libp11 cannot pass on.
 */
export async function readPin(
  { uri, pinFile }: TokenKey,
  ask?: (message: string) => Promise<string>,
): Promise<string> {
  if (pinFile === undefined && ask === undefined)
    throw wrongPin(`${uri}: there is no terminal to ask for the PIN; name a file with --boot-pin-file`);
  const pin = pinFile === undefined ? ((await ask?.(`PIN of ${uri}`)) ?? '') : readPinFile(pinFile);
  const from = pinFile ?? uri;
  if (pin === '') throw wrongPin(`${from}: the PIN is empty`);
  if (/[\0\r\n]/.test(pin)) throw wrongPin(`${from}: the PIN must be one line`);
  if (Buffer.byteLength(pin) > MAX_PIN) throw wrongPin(`${from}: the PIN has more than ${MAX_PIN} bytes`);
  return pin;
}

function readPinFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw wrongPin(
      `${path}: the file with the PIN cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

function wrongPin(message: string): BuildFailure {
  return new BuildFailure(message, 1, 'HAOS_PKCS11_PIN');
}

/** A key in a token, with the PIN of the token. */
export interface OpenedToken {
  token: TokenKey;
  pin: string;
}

/**
 * Runs a program that signs with OpenSSL, and returns its output; `args` makes its arguments of the
 * URI of the key. The program reads the PIN from a pipe, so it is in no argument, variable or file.
 * Throws a BuildFailure with a code if it fails.
 */
export function runWithToken(
  { token, pin }: OpenedToken,
  command: string,
  args: (uri: string) => readonly string[],
): Buffer {
  const env = { ...process.env, ...(token.module && { PKCS11_MODULE_PATH: token.module }) };
  // Standard input of a child of Node is a socket, which cannot be opened by its path.
  const piped = ['-c', 'cat | "$@"', 'sh', command, ...args(`${token.uri}?pin-source=/dev/stdin`)];
  const { status, stdout, stderr, error } = spawnSync('sh', piped, { input: pin, env });
  if (error) throw error;
  if (status !== 0) throw explainToken(stderr.toString(), token);
  return stdout;
}

/** What messages of OpenSSL and of libp11 mean; the first one that matches counts. */
const MEANINGS: readonly (readonly [pattern: RegExp, code: BuildErrorCode, meaning: string])[] = [
  [
    /Invalid engine|Failed to load engine|: not found/,
    'HAOS_PKCS11_TOOLS',
    'OpenSSL cannot use tokens; install openssl and libengine-pkcs11-openssl',
  ],
  [
    /Unable to load module/,
    'HAOS_PKCS11_TOOLS',
    'the library for the token cannot be loaded; name the right one with module-path',
  ],
  [/not a valid PKCS#11 URI/, 'HAOS_PKCS11_URI', 'OpenSSL does not accept the URI'],
  [/No matching initialized token|No tokens found/, 'HAOS_PKCS11_TOKEN', 'no such token is connected'],
  [/Multiple matching slots/, 'HAOS_PKCS11_TOKEN', 'several tokens match; add serial='],
  [
    /Login failed/,
    'HAOS_PKCS11_PIN',
    'the token refused the PIN; it was tried once, and a token locks after a few wrong ones',
  ],
  [
    /Unable to enumerate/,
    'HAOS_PKCS11_FAILED',
    'the keys of the token cannot be listed; Debian 12 cannot if one of them is an Ed25519 key',
  ],
  [
    /UI routines/,
    'HAOS_PKCS11_PIN',
    'the key asks for the PIN at each signature; start the build at a terminal, or use another key',
  ],
  [/private key was not found/, 'HAOS_PKCS11_KEY', 'the token has no such private key'],
];

/** Returns the failure that messages of OpenSSL and libp11 stand for. */
export function explainToken(messages: string, { uri }: TokenKey): BuildFailure {
  const [, code, meaning] = MEANINGS.find(([pattern]) => pattern.test(messages)) ?? [];
  if (code === undefined)
    return new BuildFailure(`${uri}: the token did not sign:\n${messages.trim()}`, 1, 'HAOS_PKCS11_FAILED');
  const [, reason] = /ERR_CKR_error:([^:]+)/.exec(messages) ?? [];
  return new BuildFailure(`${uri}: ${meaning}${reason ? ` (${reason})` : ''}`, 1, code);
}
