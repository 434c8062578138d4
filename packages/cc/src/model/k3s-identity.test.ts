import { expect, it } from 'vitest';
import { isLikeHaos, meantIdentity } from './k3s-identity.js';

it.each([
  ['server_ulr', 'haos.server_url'],
  ['server-url', 'haos.server_url'],
  ['server', 'haos.server_url'],
  ['serverUlr', 'haos.server_url'],
  ['K3S_URL', 'haos.server_url'],
  ['join_url', 'haos.server_url'],
  ['server_url', 'haos.server_url'],
  ['tokn', 'haos.token'],
  ['tokne', 'haos.token'],
  ['cluster_secret', 'haos.token'],
  ['K3S_TOKEN', 'haos.token'],
  ['k3s_arg5', 'haos.k3s_args'],
  ['k3args', 'haos.k3s_args'],
  ['INSTALL_K3S_EXEC', undefined],
  ['role', 'haos.k3s_args'],
  // These are or resemble other keys, or none.
  ['labels', undefined],
  ['lables', undefined],
  ['ntp_server', undefined],
  ['dns_server', undefined],
  ['runcmd', undefined],
  ['users', undefined],
  ['packages', undefined],
  ['modes', undefined],
  ['ssid', undefined],
])('%s means %s', (spelling, key) => {
  expect(meantIdentity(spelling)).toBe(key);
});

it.each([
  ['k3os', true],
  ['hoas', true],
  ['rancher', true],
  ['packages', false],
  ['chpasswd', false],
  ['ubuntu_advantage', false],
])('the section %s is like haos: %s', (spelling, expected) => {
  expect(isLikeHaos(spelling)).toBe(expected);
});
