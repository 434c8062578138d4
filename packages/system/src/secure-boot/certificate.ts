import { readCertificateSubject, sha256 } from '@haos/host/internal';

/** A certificate as a person compares it. */
export interface CertificateName {
  /** The common name of its subject, else the whole subject. */
  name: string;
  /** The SHA-256 digest of the certificate in DER, in hex. */
  sha256: string;
}

/** Describes a certificate in DER. */
export async function describeCertificate(der: Uint8Array): Promise<CertificateName> {
  const subject = await readCertificateSubject(der);
  const common = subject.find((part) => part.startsWith('CN='))?.slice(3);
  // A backslash takes the meaning of a character away (RFC 4514).
  const name = common?.replace(/\\(.)/g, '$1') ?? subject.join(', ');
  return { name: name || 'not a certificate', sha256: await sha256(der) };
}
