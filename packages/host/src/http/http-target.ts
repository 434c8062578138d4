import { httpError } from './http-error.js';

/** One request of a fetch: its address and headers. */
export interface HttpTarget {
  /** Without user and password. */
  url: URL;
  method: 'GET' | 'PUT';
  headers: Readonly<Record<string, string>>;
  /** The interface of a link-local address; a URL cannot hold it (RFC 6874). */
  zone: string | undefined;
}

/** Headers that do not identify the client. A redirect to another origin keeps only these. */
const HARMLESS_HEADERS = ['accept', 'user-agent', 'range', 'if-range'];

/**
 * Returns the first request for a URL; its user and password become Basic authentication (RFC
 * 7617). Throws HAOS_HTTP_URL.
 */
export function firstTarget(
  url: string,
  method: HttpTarget['method'],
  headers: Readonly<Record<string, string>>,
): HttpTarget {
  const parsed = parse(url, undefined);
  if (!parsed) {
    throw httpError('HAOS_HTTP_URL', url, 'it is not an http or https URL', {
      hint: 'Write the address like https://example.com/file.',
    });
  }
  const lowerCase = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { ...parsed, method, headers: { 'user-agent': 'haos', ...lowerCase, ...parsed.headers } };
}

/**
 * Returns the request that follows a redirect. Sends no credentials to another origin, whatever
 * header they are in, and rejects a change from https to http (HAOS_HTTP_FAILED).
 */
export function redirectTarget(from: HttpTarget, location: string, status: number): HttpTarget {
  const parsed = parse(location, from.url);
  if (!parsed)
    throw httpError('HAOS_HTTP_FAILED', from.url.href, 'it redirects to a URL that is not http or https');
  if (from.url.protocol === 'https:' && parsed.url.protocol === 'http:') {
    throw httpError('HAOS_HTTP_FAILED', from.url.href, 'it redirects from https to http');
  }
  const isSameOrigin = parsed.url.origin === from.url.origin;
  const kept = Object.entries(from.headers).filter(
    ([name]) => isSameOrigin || HARMLESS_HEADERS.includes(name),
  );
  return {
    url: parsed.url,
    zone: isSameOrigin ? from.zone : parsed.zone,
    // RFC 9110, 15.4.4: the request after See Other is a GET.
    method: status === 303 ? 'GET' : from.method,
    headers: { ...Object.fromEntries(kept), ...parsed.headers },
  };
}

/**
 * Separates user and password from a URL. Does not pass on errors of the URL constructor: they
 * contain the whole text.
 */
function parse(
  given: string,
  base: URL | undefined,
): Pick<HttpTarget, 'url' | 'headers' | 'zone'> | undefined {
  const [, before, zone, after] = /^(https?:\/\/\[fe80:[\da-f:]*)%25([\w.-]+)(\].*)$/is.exec(given) ?? [];
  const text = zone === undefined ? given : `${before}${after}`;
  if (!URL.canParse(text, base?.href)) return undefined;
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { url, headers: {}, zone };
  const credentials = Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64');
  return { url, headers: { authorization: `Basic ${credentials}` }, zone };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
