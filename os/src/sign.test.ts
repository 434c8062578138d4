import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSigningKey, signFile } from './sign.js';

let directory: string;
let key: string;
let keys: string;

const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-sign-'));
  key = join(directory, 'key.pem');
  keys = join(directory, 'keys');
  mkdirSync(keys);
  openssl('genpkey', '-algorithm', 'ed25519', '-out', key);
});
afterEach(() => rmSync(directory, { recursive: true }));

it('signs so that openssl verifies it', () => {
  const known = join(keys, '2026.pem');
  openssl('pkey', '-in', key, '-pubout', '-out', known);
  const file = join(directory, 'sha256sum-amd64.txt');
  writeFileSync(file, 'a list\n');

  signFile(file, readSigningKey(key, keys));

  const verifying = ['-verify', '-rawin', '-pubin', '-inkey', known, '-in', file, '-sigfile', `${file}.sig`];
  expect(openssl('pkeyutl', ...verifying)).toContain('Verified Successfully');
});

it('refuses a key that no node knows', () => {
  expect(() => readSigningKey(key, keys)).toThrow(/no node would take/);
});

it('refuses what is no private key, and does not show it', () => {
  writeFileSync(key, 'a secret that is no key');

  expect(() => readSigningKey(key, keys)).toThrow(/holds no Ed25519 private key/);
  expect(() => readSigningKey(key, keys)).not.toThrow(/a secret/);
});
