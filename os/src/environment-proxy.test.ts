import { expect, it } from 'vitest';
import { environmentProxy } from './environment-proxy.js';

it('reads the proxies from an environment as curl does', () => {
  const env = { http_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:2', NO_PROXY: '.example.com' };

  expect(environmentProxy(env)).toEqual({ http: 'http://a:1', https: 'http://b:2', no: '.example.com' });
});

it('ignores HTTP_PROXY in upper case, which a server can set for a program that it starts', () => {
  expect(environmentProxy({ HTTP_PROXY: 'http://a:1', https_proxy: '' })).toEqual({});
});
