import { HaosError } from '../errors.js';
import type { ProxySettings } from '../types.js';

/**
 * Returns the proxy for a URL: `http` for http, `https` for https, and undefined if that one is not
 * set (as in curl) or for loopback and link-local hosts, which a proxy cannot reach. The HTTP
 * library applies `no`. Throws HAOS_HTTP_URL for a proxy address that is not valid.
 */
export function proxyFor(url: URL, proxy: ProxySettings): string | undefined {
  const address = url.protocol === 'https:' ? proxy.https : proxy.http;
  if (!address || isLocalHost(url.hostname)) return undefined;
  const whole = address.includes('://') ? address : `http://${address}`;
  if (URL.canParse(whole) && ['http:', 'https:'].includes(new URL(whole).protocol)) return whole;
  throw new HaosError('HAOS_HTTP_URL', 'the address of the proxy is not a valid URL', {
    hint: 'Write it like http://proxy.example.com:3128.',
  });
}

/**
 * Returns whether a host is loopback or link-local: RFC 1122 127/8, RFC 3927 169.254/16, RFC 4291
 * ::1 and fe80::/10, RFC 6761 localhost.
 */
export function isLocalHost(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (/^(127|169\.254)\.[\d.]+$/.test(name)) return true;
  return /^\[(::1|fe[89ab][0-9a-f]:.*|::ffff:(7f[0-9a-f]{2}|a9fe):[0-9a-f]+)\]$/.test(name);
}
