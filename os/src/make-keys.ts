/** Makes keys for Secure Boot: see docs/secure-boot.md. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BuildFailure } from './failure.js';
import { runMain } from './run-main.js';

const USAGE = 'usage: npm run os:keys -- DIRECTORY   (which does not exist yet)';

/** The keys of the UEFI specification, "Firmware/OS Key Exchange", and what each may change. */
const KEYS = {
  PK: 'platform key',
  KEK: 'key exchange key',
  db: 'signs boot images',
} as const;

/** Days. Firmware ignores the date of a certificate; tools warn about it. */
const VALID = '3650';

/** Writes each key and its certificate, in PEM for signing and in DER for firmware. */
function makeKeys(directory: string): void {
  process.umask(0o077);
  try {
    mkdirSync(directory);
  } catch (error) {
    throw new BuildFailure(`cannot make ${directory}: ${(error as Error).message}\n${USAGE}`);
  }
  for (const [name, purpose] of Object.entries(KEYS)) {
    const at = (ending: string) => join(directory, `${name}.${ending}`);
    const subject = `/CN=HAOS Secure Boot ${name} (${purpose})/`;
    const request = ['req', '-new', '-x509', '-newkey', 'rsa:2048', '-noenc', '-sha256', '-days', VALID];
    openssl(...request, '-subj', subject, '-keyout', at('key'), '-out', at('crt'));
    openssl('x509', '-in', at('crt'), '-outform', 'DER', '-out', at('cer'));
  }
  console.log(`${directory} has PK, KEK and db: a .key each to keep secret, a .cer for the firmware`);
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

await runMain(() => {
  const [directory, ...more] = process.argv.slice(2);
  if (directory === undefined || directory.startsWith('-') || more.length > 0)
    throw new BuildFailure(USAGE, directory === '--help' ? 0 : 2);
  makeKeys(resolve(process.env.INIT_CWD ?? '.', directory));
});
