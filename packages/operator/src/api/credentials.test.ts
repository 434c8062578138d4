import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootedHost } from '@haos/host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKubeconfig } from './credentials.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haos-kubeconfig-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function read(cluster: object, user: object, more: object = {}) {
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
    ...more,
  };
  writeFileSync(join(root, 'config'), JSON.stringify(config));
  return readKubeconfig(rootedHost(root), '/config');
}

const failure = expect.objectContaining({ code: 'HAOS_API_CREDENTIALS' });

describe('a kubeconfig', () => {
  it('has certificates as text or as files beside it', () => {
    writeFileSync(join(root, 'client.key'), 'KEY');
    const data = (text: string) => Buffer.from(text).toString('base64');
    const credentials = read(
      { server: 'https://a:6443', 'certificate-authority-data': data('CA') },
      { 'client-certificate-data': data('CERT'), 'client-key': 'client.key' },
    );

    expect(credentials).toEqual({ server: 'https://a:6443', ca: 'CA', cert: 'CERT', key: 'KEY' });
  });

  it('has a token, or a file with one', async () => {
    writeFileSync(join(root, 'token'), 'b\n');
    expect(await read({ server: 'https://a' }, { token: 'a' }).token?.()).toBe('a');
    expect(await read({ server: 'https://a' }, { tokenFile: '/token' }).token?.()).toBe('b');
  });

  it('that does not say how to connect is refused', () => {
    expect(() => read({ server: 'https://a' }, { exec: { command: 'aws' } })).toThrow(failure);
    expect(() => read({}, { token: 'a' })).toThrow(failure);
    expect(() => read({ server: 'https://a' }, {}, { 'current-context': 'y' })).toThrow(failure);
    writeFileSync(join(root, 'config'), 'token: "secret');
    expect(() => readKubeconfig(rootedHost(root), '/config')).toThrow(failure);
  });
});
