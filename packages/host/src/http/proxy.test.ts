import { describe, expect, it } from 'vitest';
import { isLocalHost, proxyFor } from './proxy.js';

describe('the proxy of a URL', () => {
  const proxy = { http: 'http://plain:3128', https: 'secure:3128' };

  it.each([
    ['http://example.com/', 'http://plain:3128'],
    ['https://example.com/', 'http://secure:3128'],
    ['http://127.0.0.1/', undefined],
    ['https://169.254.169.254/latest/meta-data', undefined],
  ])('%s is %s', (url, expected) => {
    expect(proxyFor(new URL(url), proxy)).toBe(expected);
  });

  it('is undefined for a scheme without a proxy', () => {
    expect(proxyFor(new URL('https://example.com/'), { http: 'http://plain:3128' })).toBeUndefined();
    expect(proxyFor(new URL('http://example.com/'), { http: '' })).toBeUndefined();
    expect(proxyFor(new URL('http://example.com/'), {})).toBeUndefined();
  });

  it.each(['http://', 'socks5://proxy:1080', 'http://user:sentinel@:99999'])(
    'is rejected as %j',
    (address) => {
      expect(() => proxyFor(new URL('http://example.com/'), { http: address })).toThrowError(
        expect.objectContaining({ code: 'HAOS_HTTP_URL', message: expect.not.stringContaining('sentinel') }),
      );
    },
  );
});

describe('a host', () => {
  it.each([
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://127.1/',
    'http://127.255.255.254/',
    'http://0x7f000001/',
    'http://169.254.0.1/',
    'http://[::1]/',
    'http://[fe80::1]/',
    'http://[febf::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:169.254.169.254]/',
  ])('%s is local', (url) => {
    expect(isLocalHost(new URL(url).hostname)).toBe(true);
  });

  it.each([
    'http://example.com/',
    'http://127.0.0.1.example.com/',
    'http://169.255.0.1/',
    'http://10.0.0.1/',
    'http://notlocalhost/',
    'http://[fec0::1]/',
    'http://[fd00:ec2::254]/',
    'http://[2001:db8::1]/',
  ])('%s is not local', (url) => {
    expect(isLocalHost(new URL(url).hostname)).toBe(false);
  });
});
