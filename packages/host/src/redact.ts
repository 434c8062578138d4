/** Replacing shorter secrets would blank out ordinary text. */
const MIN_LENGTH = 4;

/**
 * Returns a function that replaces every secret in a text with `***`, even if it is
 * percent-encoded. It ignores secrets of fewer than four characters.
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const patterns = [...secrets]
    .filter((secret) => secret.length >= MIN_LENGTH)
    .flatMap((secret) => [secret, encode(secret)])
    .sort((a, b) => b.length - a.length);
  return (text) => patterns.reduce((rest, pattern) => rest.replaceAll(pattern, '***'), text);
}

function encode(text: string): string {
  // As in URLs: a lone surrogate cannot be encoded.
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
}

/**
 * Returns a URL that is safe to show: scheme, host and path, without user, password, query and
 * fragment.
 */
export function redactUrl(url: string): string {
  // Removes the interface of a link-local address, which URL does not accept.
  const text = url.replace(/^(https?:\/\/\[fe80:[^\]%]*)%25[\w.-]+\]/i, '$1]');
  if (!URL.canParse(text)) return '(invalid URL)';
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
