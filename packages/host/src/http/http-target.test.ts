import { describe, expect, it } from 'vitest';
import { firstTarget, redirectTarget } from './http-target.js';

describe('the first request', () => {
  it('sends user and password of the URL as Basic authentication', () => {
    const { url, headers } = firstTarget('https://us%40er:p%C3%A4ss@example.com/x?y=1', 'GET', {});

    expect(url.href).toBe('https://example.com/x?y=1');
    expect(headers.authorization).toBe(`Basic ${Buffer.from('us@er:päss').toString('base64')}`);
  });

  it('sends the given headers in lower case, and a user agent', () => {
    expect(firstTarget('http://example.com/', 'PUT', { Accept: 'text/plain' })).toMatchObject({
      method: 'PUT',
      headers: { accept: 'text/plain', 'user-agent': 'haos' },
    });
  });

  it.each(['ftp://example.com/', 'file:///etc/shadow', '/etc/shadow', 'example.com', '', 'http://'])(
    'rejects %j',
    (url) => {
      expect(() => firstTarget(url, 'GET', {})).toThrowError(
        expect.objectContaining({ code: 'HAOS_HTTP_URL' }),
      );
    },
  );
});

describe('a redirect', () => {
  const from = firstTarget('https://user:password@example.com/a/b', 'PUT', { 'X-Token': 't', Accept: '*/*' });

  it('keeps headers on the same origin', () => {
    expect(redirectTarget(from, '../c', 302)).toEqual({ ...from, url: new URL('https://example.com/c') });
  });

  it.each(['https://other.example.com/', 'https://example.com:8443/', '//other.example.com/'])(
    'to %s sends no credentials, whatever header they are in',
    (location) => {
      expect(redirectTarget(from, location, 302).headers).toEqual({ accept: '*/*', 'user-agent': 'haos' });
    },
  );

  it('may contain its own credentials', () => {
    const { headers, url } = redirectTarget(from, 'https://me:mine@other.example.com/', 302);

    expect(headers.authorization).toBe(`Basic ${Buffer.from('me:mine').toString('base64')}`);
    expect(url.href).toBe('https://other.example.com/');
  });

  it('becomes a GET with status 303', () => {
    expect(redirectTarget(from, '/x', 303).method).toBe('GET');
    expect(redirectTarget(from, '/x', 307).method).toBe('PUT');
  });

  it.each(['http://example.com/', 'ftp://example.com/', 'file:///etc/shadow'])(
    'never leads from https to %s',
    (location) => {
      expect(() => redirectTarget(from, location, 301)).toThrowError(
        expect.objectContaining({ code: 'HAOS_HTTP_FAILED' }),
      );
    },
  );
});
