import { HaosError, type Host } from '@haos/host';
import { fromBase64, withCleanUp } from '@haos/host/internal';
import type { SystemErrorCode } from '../errors.js';
import { formatAuthenticated, formatTime, signedBytes } from './authenticated-variable.js';
import { type CertificateName, describeCertificate } from './certificate.js';
import { unwrapSignedData } from './efi-signature.js';
import { KEY_NAMES, type KeyName } from './key-variables.js';
import { formatSignatureList } from './signature-list.js';

export interface MakeKeysOptions {
  /** Absolute path of a directory that does not exist yet. */
  directory: string;
  /** The beginning of the names in the certificates, up to 60 characters. */
  name?: string;
}

/** Which key allows a change of which variable: UEFI specification 2.10, 8.2.2. */
const SIGNERS: Readonly<Record<KeyName, KeyName>> = { PK: 'PK', KEK: 'PK', db: 'KEK' };

/** Days. Firmware ignores the date of a certificate; tools warn about it. */
const VALID = '3650';

/**
 * Makes the keys of an owner for Secure Boot: for PK, KEK and db a private key (`.key`) and its
 * certificate in PEM (`.crt`) and DER (`.cer`), and a signed value of the variable (`.auth`); and
 * `pcr.key`, which signs boot images for the TPM. The keys are of RSA with 2048 bits, the kind that
 * all firmware has. OpenSSL makes and uses them, so they are never in the memory of this process.
 * Throws HAOS_SECURE_BOOT_EXISTS, and HAOS_COMMAND_NOT_FOUND without OpenSSL; after a failure
 * nothing is left.
 */
export async function makeSecureBootKeys(
  host: Host,
  { directory, name = 'HAOS Secure Boot' }: MakeKeysOptions,
): Promise<Record<KeyName, CertificateName>> {
  if (host.files.lstat(directory) !== undefined)
    throw new HaosError<SystemErrorCode>('HAOS_SECURE_BOOT_EXISTS', `${directory} exists already`, {
      hint: 'Name a directory that does not exist; keys are never overwritten.',
    });
  return withCleanUp(async (cleanUp) => {
    host.files.makeDirectory(directory, { mode: 0o700 });
    cleanUp.onError(() => void host.files.remove(directory));
    const certificates = {
      PK: await makeKey(host, directory, { key: 'PK', name }),
      KEK: await makeKey(host, directory, { key: 'KEK', name }),
      db: await makeKey(host, directory, { key: 'db', name }),
    };
    await makePcrKey(host, directory);
    for (const key of KEY_NAMES) await authenticate(host, directory, { key, certificate: certificates[key] });
    return {
      PK: await describeCertificate(certificates.PK),
      KEK: await describeCertificate(certificates.KEK),
      db: await describeCertificate(certificates.db),
    };
  });
}

/** Returns the certificate in DER. */
async function makeKey(
  host: Host,
  directory: string,
  { key, name }: { key: KeyName; name: string },
): Promise<Uint8Array> {
  const at = (ending: string) => `${directory}/${key}.${ending}`;
  // In a subject, a backslash takes the meaning of a character away.
  const subject = `/CN=${`${name} ${key}`.replace(/[\\/+=]/g, '\\$&')}`;
  const request = ['req', '-new', '-x509', '-newkey', 'rsa:2048', '-nodes', '-sha256', '-days', VALID];
  await host.run('openssl', [
    ...request,
    ...['-utf8', '-subj', subject, '-keyout', at('key'), '-out', at('crt')],
  ]);
  host.files.setAttributes(at('key'), { mode: 0o600 });
  const certificate = parsePem(host.files.readText(at('crt')));
  host.files.write(at('cer'), certificate);
  return certificate;
}

/** A key of its own: it may open the data of a node, and db may start programs that do not. */
async function makePcrKey(host: Host, directory: string): Promise<void> {
  const path = `${directory}/pcr.key`;
  await host.run('openssl', [
    'genpkey',
    '-algorithm',
    'RSA',
    '-pkeyopt',
    'rsa_keygen_bits:2048',
    '-out',
    path,
  ]);
  host.files.setAttributes(path, { mode: 0o600 });
}

async function authenticate(
  { clock, files, run }: Host,
  directory: string,
  { key, certificate }: { key: KeyName; certificate: Uint8Array },
): Promise<void> {
  const update = { time: formatTime(clock.now()), value: formatSignatureList(certificate) };
  const signer = `${directory}/${SIGNERS[key]}`;
  const signing = ['smime', '-sign', '-binary', '-noattr', '-md', 'sha256', '-outform', 'PEM'];
  const { stdout } = await run(
    'openssl',
    [...signing, '-signer', `${signer}.crt`, '-inkey', `${signer}.key`],
    {
      input: signedBytes(key, update),
    },
  );
  const signature = unwrapSignedData(parsePem(stdout));
  files.write(`${directory}/${key}.auth`, formatAuthenticated({ ...update, signature }));
}

/** Returns the bytes of a text with one block of PEM (RFC 7468). */
function parsePem(text: string): Uint8Array {
  const [, body = ''] = /-----BEGIN [^-]+-----([^-]*)-----END/.exec(text) ?? [];
  return fromBase64(body.replace(/\s/g, ''));
}
