import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkSecureBootKey } from './secure-boot-key.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-keys-'));
  for (const name of ['one', 'two']) {
    const [key, certificate] = [at(`${name}.key`), at(`${name}.crt`)];
    const request = ['req', '-new', '-x509', '-newkey', 'rsa:2048', '-noenc', '-subj', `/CN=${name}`];
    execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  }
});
afterEach(() => rmSync(directory, { recursive: true }));

const at = (name: string) => join(directory, name);

it('accepts a key with its certificate', () => {
  expect(() => checkSecureBootKey({ key: at('one.key'), certificate: at('one.crt') })).not.toThrow();
});

it('refuses the certificate of another key before anything is built', () => {
  expect(() => checkSecureBootKey({ key: at('one.key'), certificate: at('two.crt') })).toThrow(
    `${at('two.crt')} is not the certificate of ${at('one.key')}`,
  );
});

it('refuses what is no key, and does not quote it', () => {
  writeFileSync(at('secret'), 'a secret');

  for (const key of [at('secret'), at('missing')])
    expect(() => checkSecureBootKey({ key, certificate: at('one.crt') })).toThrow(
      /^\S+ and \S+ must be a private key and a certificate in PEM, without a passphrase$/,
    );
});
