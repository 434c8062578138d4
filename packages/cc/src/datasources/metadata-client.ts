import { type FetchOptions, type FetchResult, HaosError, type Host, isHaosError } from '@haos/host';
import { utf8 } from '@haos/host/internal';
import type { CcErrorCode } from '../errors.js';

/** No cloud accepts user data of this size; more is a mistake or an attack. */
export const MAX_DOCUMENT = 1024 * 1024;

/** Milliseconds for one attempt. */
const TIMEOUT = 5_000;
/** The statuses that mean that the document does not exist. */
const ABSENT = [404, 410];

export interface ClientOptions {
  /** Ends all attempts. */
  signal: AbortSignal;
  headers?: Readonly<Record<string, string>>;
  localPorts?: readonly [first: number, last: number];
  /** A header in every answer, which identifies the service. */
  mark?: readonly [name: string, value: string];
}

/**
 * Sends requests to one metadata service and retries until its signal aborts. Never uses a proxy,
 * because the addresses are link-local. Follows redirects only within the service.
 */
export class MetadataClient {
  constructor(
    private readonly host: Host,
    private readonly endpoint: string,
    private readonly options: ClientOptions,
  ) {}

  /** Returns a client of the same service with other options. */
  with(options: Partial<ClientOptions>): MetadataClient {
    return new MetadataClient(this.host, this.endpoint, { ...this.options, ...options });
  }

  /** Returns the answer to a request, or undefined if the document does not exist. */
  async fetch(
    path: string,
    { headers, ...options }: Pick<FetchOptions, 'method' | 'headers'> = {},
  ): Promise<FetchResult | undefined> {
    const { signal, localPorts, mark, headers: always } = this.options;
    try {
      const answer = await this.host.fetch(`${this.endpoint}${path}`, {
        ...options,
        headers: { ...always, ...headers },
        signal,
        ...(localPorts && { localPorts }),
        timeout: TIMEOUT,
        retries: Number.POSITIVE_INFINITY,
        maxBytes: MAX_DOCUMENT,
        sameOrigin: true,
      });
      if (mark && answer.headers[mark[0]] !== mark[1]) throw wrongAnswer(path, `has no header ${mark[0]}`);
      return answer;
    } catch (error) {
      if (isHaosError(error, 'HAOS_HTTP_STATUS') && ABSENT.includes(Number(error.details.status)))
        return undefined;
      throw error;
    }
  }

  /** Returns a document unchanged, or undefined if it does not exist or is empty. */
  async bytes(path: string, headers?: Readonly<Record<string, string>>): Promise<Uint8Array | undefined> {
    const body = (await this.fetch(path, headers && { headers }))?.body;
    return body && body.length > 0 ? body : undefined;
  }

  async text(path: string): Promise<string | undefined> {
    const body = await this.bytes(path);
    return body && utf8(body);
  }

  /**
   * Returns a document of one line. Any other content comes from another service and throws
   * (HAOS_CC_DATA_SOURCE_ANSWER).
   */
  async line(path: string): Promise<string | undefined> {
    const text = (await this.text(path))?.trim();
    if (text === undefined || text === '') return undefined;
    if (/^[\x20-\x7e]{1,255}$/.test(text) && !text.startsWith('<')) return text;
    throw wrongAnswer(path, 'is not one line of text');
  }

  /** Returns the object of a JSON document. Throws HAOS_CC_DATA_SOURCE_ANSWER for other content. */
  async json(path: string): Promise<Fields | undefined> {
    const text = await this.text(path);
    if (text === undefined) return undefined;
    try {
      return fieldsOf(JSON.parse(text)) ?? fail();
    } catch {
      throw wrongAnswer(path, 'is not a JSON object');
    }
  }
}

/** The members of an object, with unchecked types. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns the members of an object, or undefined for anything else. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** Returns the maps in a list, or an empty list for anything else. */
export function mapsOf(value: unknown): Fields[] {
  return listOf(value).flatMap((item) => {
    const fields = fieldsOf(item);
    return fields ? [fields] : [];
  });
}

/**
 * Returns a text or number as trimmed text. Returns undefined for anything else and for an empty
 * text.
 */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return String(value).trim() || undefined;
}

/** Returns the lines of a text, or of all texts in a list or a map. */
export function linesOf(value: unknown): string[] {
  const texts = typeof value === 'string' ? [value] : Object.values(fieldsOf(value) ?? listOf(value));
  return texts
    .flatMap((text) => (typeof text === 'string' ? text.split(/\r?\n/) : []))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Returns a list unchanged, or an empty list for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Creates a HAOS_CC_DATA_SOURCE_ANSWER for the caller to throw. */
export function wrongAnswer(document: string, problem: string): HaosError<CcErrorCode> {
  return new HaosError('HAOS_CC_DATA_SOURCE_ANSWER', `the document ${document} ${problem}`, {
    hint: 'Leave the data source out if the machine is not in that cloud.',
  });
}

function fail(): never {
  throw new TypeError();
}
