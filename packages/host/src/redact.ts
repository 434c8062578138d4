/** Shorter ones would blank out ordinary text. */
const MIN_LENGTH = 4;

/**
 * A function that replaces every secret in a text by `***`, also where it is percent-encoded. Secrets of fewer than four
 * characters are left alone.
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const patterns = [...secrets]
    .filter((secret) => secret.length >= MIN_LENGTH)
    .flatMap((secret) => [secret, encode(secret)])
    .sort((a, b) => b.length - a.length);
  return (text) => patterns.reduce((rest, pattern) => rest.replaceAll(pattern, '***'), text);
}

function encode(text: string): string {
  // As URLs have it: a lone surrogate cannot be encoded.
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
}

/** A URL as it may be shown: scheme, host and path, without user, password, query and fragment. */
export function redactUrl(url: string): string {
  // The interface of a link-local address, which URL does not take.
  const text = url.replace(/^(https?:\/\/\[fe80:[^\]%]*)%25[\w.-]+\]/i, '$1]');
  if (!URL.canParse(text)) return '(invalid URL)';
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
