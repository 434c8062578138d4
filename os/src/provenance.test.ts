import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { Options } from './options.js';
import { describeProvenance, signStatement } from './provenance.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ARTIFACTS = [{ name: 'haos-amd64.iso', size: 3, sha256: 'a'.repeat(64) }];
const OPTIONS: Options = {
  architecture: 'amd64',
  kernels: ['generic', 'cloud'],
  version: 'v1.0.0',
  imageName: 'registry.example/haos',
  output: '/secret/output',
  cache: '/secret/cache',
};

it('names the artefacts, the options, the commit and what is locked, and nothing of the machine', () => {
  const statement = describeProvenance(ROOT, ARTIFACTS, OPTIONS);

  const commit = execFileSync('git', ['-C', ROOT, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  expect(statement).toMatchObject({
    subject: [{ name: 'haos-amd64.iso', digest: { sha256: 'a'.repeat(64) } }],
    predicate: {
      buildDefinition: {
        externalParameters: { version: 'v1.0.0', architecture: 'amd64' },
        resolvedDependencies: expect.arrayContaining([
          expect.objectContaining({ digest: { gitCommit: commit } }),
          { name: 'package-lock.json', digest: { sha256: lock } },
        ]),
      },
    },
  });
  expect(JSON.stringify(statement)).not.toMatch(/secret/);
});

it('is signed so that openssl verifies it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-provenance-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  openssl('genpkey', '-algorithm', 'ed25519', '-out', 'key.pem');
  openssl('pkey', '-in', 'key.pem', '-pubout', '-out', 'public.pem');
  const key = createPrivateKey(readFileSync(join(directory, 'key.pem')));

  const envelope = JSON.parse(signStatement({ subject: 'ü' }, key));

  const payload = Buffer.from(envelope.payload, 'base64');
  expect(JSON.parse(payload.toString())).toEqual({ subject: 'ü' });
  // As the specification of DSSE says: the length of the bytes, not of the text.
  const signed = Buffer.concat([Buffer.from('DSSEv1 28 application/vnd.in-toto+json 16 '), payload]);
  writeFileSync(join(directory, 'signed'), signed);
  writeFileSync(join(directory, 'sig'), Buffer.from(envelope.signatures[0].sig, 'base64'));
  const files = ['-pubin', '-inkey', 'public.pem', '-in', 'signed', '-sigfile', 'sig'];
  expect(openssl('pkeyutl', '-verify', '-rawin', ...files).toString()).toContain('Verified Successfully');
  const der = openssl('pkey', '-pubin', '-in', 'public.pem', '-outform', 'DER');
  expect(envelope.signatures[0].keyid).toBe(createHash('sha256').update(der).digest('hex'));
});
