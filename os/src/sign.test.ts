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

it('refuses a key whose public half is not in the image', () => {
  expect(() => readSigningKey(key, keys)).toThrow(/nodes would reject signatures/);
});

it('refuses what is not a private key, and does not print it', () => {
  writeFileSync(key, 'a secret that is not a key');

  expect(() => readSigningKey(key, keys)).toThrow(/is not an Ed25519 private key/);
  expect(() => readSigningKey(key, keys)).not.toThrow(/a secret/);
});
