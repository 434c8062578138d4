import type { Host } from '@haos/host';
import { readSecureBoot, readSetupMode } from '@haos/host/internal';
import { type BootProgram, verifyBootPrograms } from './boot-programs.js';
import { type CertificateName, describeCertificate } from './certificate.js';
import { type KeyName, readKeyVariable, VARIABLES } from './key-variables.js';
import { parseDatabase } from './signature-list.js';

/** What the firmware of a machine verifies, and with which keys. */
export interface SecureBootStatus {
  /**
   * `none`: the machine started without EFI. `hidden`: it has EFI, but its variables are not
   * mounted. `without-secure-boot`: the firmware does not have the variables of Secure Boot.
   */
  firmware: 'none' | 'hidden' | 'without-secure-boot' | 'ready';
  /** Whether the firmware verified what it started; undefined if `firmware` is not `ready`. */
  secureBoot: boolean | undefined;
  /** Whether it takes new keys; undefined as before. */
  setupMode: boolean | undefined;
  /** The certificates of each variable. */
  keys: Readonly<Record<KeyName, readonly CertificateName[]>>;
  /** How many programs db allows by their digests. */
  digests: number;
  /** How many entries dbx has, with what the firmware refuses. */
  revoked: number;
  /** What starts HAOS on the disks, and whether db allows it and dbx does not refuse it. */
  programs: readonly BootProgram[];
}

/** Reads the state of Secure Boot; mounts EFI system partitions to look at them. */
export async function readSecureBootStatus(host: Host): Promise<SecureBootStatus> {
  const firmware = readFirmware(host);
  const [db, dbx] = (['db', 'dbx'] as const).map((name) => readDatabaseOf(host, name));
  return {
    firmware,
    secureBoot: readSecureBoot(host),
    setupMode: readSetupMode(host),
    keys: {
      PK: await describeKeys(host, 'PK'),
      KEK: await describeKeys(host, 'KEK'),
      db: await describeKeys(host, 'db'),
    },
    digests: db?.digests.length ?? 0,
    revoked: dbx?.size ?? 0,
    programs: firmware === 'ready' && db ? await verifyBootPrograms(host, { ...db, refused: dbx }) : [],
  };
}

function readFirmware(host: Host): SecureBootStatus['firmware'] {
  if (readSetupMode(host) !== undefined) return 'ready';
  if (host.files.stat('/sys/firmware/efi') === undefined) return 'none';
  const isMounted = host.files.stat(VARIABLES) !== undefined && host.files.list(VARIABLES).length > 0;
  return isMounted ? 'without-secure-boot' : 'hidden';
}

function readDatabaseOf(host: Host, name: KeyName | 'dbx') {
  return parseDatabase(readKeyVariable(host, name) ?? new Uint8Array());
}

async function describeKeys(host: Host, name: KeyName): Promise<CertificateName[]> {
  const described: CertificateName[] = [];
  for (const certificate of readDatabaseOf(host, name).certificates)
    described.push(await describeCertificate(certificate));
  return described;
}

/** Returns what to do next, in one or two sentences. */
export function adviseSecureBoot({ firmware, secureBoot, setupMode, programs }: SecureBootStatus): string {
  if (firmware === 'none')
    return 'The machine started without EFI, which Secure Boot needs. If its firmware has EFI, choose it there.';
  if (firmware === 'hidden')
    return `The variables of the firmware are not mounted: \`mount -t efivarfs efivarfs ${VARIABLES}\`.`;
  if (firmware === 'without-secure-boot')
    return 'The firmware has no Secure Boot, or does not show it. Look for it in the set-up of the firmware.';
  if (setupMode)
    return 'The firmware takes keys now: `haos secureboot enroll DIR`. docs/secure-boot.md says what must be on the disk before.';
  const refused = programs.filter(({ isTrusted }) => !isTrusted);
  if (refused.length > 0) {
    const when = secureBoot ? 'The firmware refuses' : 'With Secure Boot on, the firmware would refuse';
    return `${when} ${nameProgram(refused[0])}. Replace it by one that is signed with a key of db.`;
  }
  return secureBoot
    ? 'Nothing.'
    : 'The firmware has keys, but verifies nothing. If they are new, restart; else turn Secure Boot on in its set-up.';
}

/** Names a program with its partition. */
export function nameProgram(program: Pick<BootProgram, 'device' | 'path'> | undefined): string {
  return program ? `${program.path} on ${program.device}` : '';
}
