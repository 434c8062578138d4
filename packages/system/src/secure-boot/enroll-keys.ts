import { HaosError, type Host, withLock } from '@haos/host';
import { readCertificateSubject, readSetupMode } from '@haos/host/internal';
import { MAX_BOOT_IMAGE } from '../boot/boot-image.js';
import { findEfiLoader } from '../boot/efi-loader.js';
import type { SystemErrorCode } from '../errors.js';
import { layout } from '../layout.js';
import {
  type AuthenticatedVariable,
  formatVariableFile,
  parseAuthenticated,
  signedBytes,
} from './authenticated-variable.js';
import { type BootProgram, verifyBootPrograms } from './boot-programs.js';
import { hex } from './bytes.js';
import { type CertificateName, describeCertificate } from './certificate.js';
import { type FirmwareTrust, isSignedDataOf, isSignedFor, withRefused } from './efi-signature.js';
import { type KeyName, keyVariablePath, readKeyVariable } from './key-variables.js';
import { nameProgram } from './secure-boot-status.js';
import { type FirmwareDatabase, parseDatabase } from './signature-list.js';

/** The contents of `PK.auth`, `KEK.auth` and `db.auth`. */
export type KeyFiles = Readonly<Record<KeyName, Uint8Array>>;

/** What an enrolment writes, after everything was checked. */
export interface EnrolmentPlan {
  files: KeyFiles;
  /** The certificates of each file. */
  keys: Readonly<Record<KeyName, readonly CertificateName[]>>;
  /** The certificates that the firmware has now, and loses. */
  replaced: readonly CertificateName[];
  /** What starts HAOS on the disks; all of it is signed for the new db. */
  programs: readonly BootProgram[];
}

/** Bytes; the variables of firmware are smaller. */
const MAX_BYTES = 1024 * 1024;

/**
 * The order of the writes. The firmware leaves the setup mode when it has PK, and verifies from
 * then on what it starts and who changes keys. Until then the enrolment can be repeated.
 */
const ORDER = ['db', 'KEK', 'PK'] as const;

/**
 * Checks everything that an enrolment of the keys in a directory needs, before anything is
 * written: the firmware is in setup mode (HAOS_SECURE_BOOT_MODE), the files `PK.auth`, `KEK.auth`
 * and `db.auth` belong together (HAOS_SECURE_BOOT_KEYS), and the new db allows what starts HAOS on
 * the disks of this machine or, if they have none, what an installation would put there
 * (HAOS_SECURE_BOOT_UNBOOTABLE).
 */
export async function planEnrolment(host: Host, directory: string): Promise<EnrolmentPlan> {
  requireSetupMode(host);
  const files = await openKeyFiles(host, directory);
  const programs = await requireBootable(host, files);
  return {
    files,
    keys: await describeAll(files),
    replaced: await describeReplaced(host),
    programs,
  };
}

/**
 * Checks, before an installation, the keys that are enrolled after it: as `planEnrolment`, but
 * whether the new db allows the programs that will be on the disk. Returns their certificates.
 */
export async function checkEnrolment(
  host: Host,
  directory: string,
  programs: readonly string[],
): Promise<EnrolmentPlan['keys']> {
  requireSetupMode(host);
  const files = await openKeyFiles(host, directory);
  const trust = withRefused(host, databaseOf(files.db));
  const refused: string[] = [];
  for (const path of programs)
    if (!(await isSignedFor(host.files.read(path, { maxBytes: MAX_BOOT_IMAGE }), trust))) refused.push(path);
  if (refused.length > 0) throw unbootable(refused);
  return describeAll(files);
}

/**
 * Writes db, KEK and, as the last one, PK. Before PK it reads the others back. Killed before that,
 * the firmware stays in setup mode, and the enrolment can be repeated. Throws
 * HAOS_SECURE_BOOT_FIRMWARE if the firmware refuses a value or does not keep it, what
 * `planEnrolment` throws if something changed since, and HAOS_LOCKED while an upgrade runs.
 */
export async function enrollKeys(host: Host, { files }: Pick<EnrolmentPlan, 'files'>): Promise<void> {
  // An upgrade may have changed the boot images while a person was asked.
  await withLock(host, layout.upgradeLock, async () => {
    requireSetupMode(host);
    await requireBootable(host, files);
    for (const name of ORDER) await writeVariable(host, name, files[name]);
  });
}

function requireSetupMode(host: Host): void {
  const mode = readSetupMode(host);
  if (mode) return;
  const message =
    mode === undefined
      ? 'this machine does not show the Secure Boot of its firmware'
      : 'the firmware is not in setup mode, so it takes no keys from here';
  const hint =
    mode === undefined
      ? '`haos secureboot status` says why.'
      : 'In the set-up of the firmware, delete the platform key (PK) or all keys of Secure Boot, then repeat this.';
  throw new HaosError<SystemErrorCode>('HAOS_SECURE_BOOT_MODE', message, { hint });
}

/** Returns what starts HAOS on the disks; throws unless the new db allows all of it. */
async function requireBootable(host: Host, files: KeyFiles): Promise<BootProgram[]> {
  const trust = withRefused(host, databaseOf(files.db));
  const programs = await verifyBootPrograms(host, trust);
  const refused = programs.filter(({ isTrusted }) => !isTrusted).map(nameProgram);
  if (programs.length === 0 && !(await allowsInstallation(host, trust)))
    refused.push('the boot loader of an installation, and no disk has HAOS on an EFI partition yet');
  if (refused.length === 0) return programs;
  throw unbootable(refused);
}

function unbootable(refused: readonly string[]): HaosError {
  return new HaosError<SystemErrorCode>(
    'HAOS_SECURE_BOOT_UNBOOTABLE',
    `with these keys the firmware would refuse ${refused.join(', ')}`,
    {
      hint: 'Install with --boot-image, and with files that are signed with db.key: docs/secure-boot.md.',
    },
  );
}

/** Returns whether a database allows the program that an installation from here puts on a disk. */
async function allowsInstallation(host: Host, trust: FirmwareTrust): Promise<boolean> {
  const [first] = Object.values(findEfiLoader(host)?.files ?? {});
  return first !== undefined && isSignedFor(host.files.read(first), trust);
}

/** Reads the three files; throws unless they belong together. */
async function openKeyFiles(host: Host, directory: string): Promise<KeyFiles> {
  const read = (name: KeyName) => host.files.read(`${directory}/${name}.auth`, { maxBytes: MAX_BYTES });
  const files = { PK: read('PK'), KEK: read('KEK'), db: read('db') };
  const problem = await findKeyProblem(files);
  if (problem === undefined) return files;
  const hint = 'Make the files with `haos secureboot keys`, and copy all three.';
  throw keysError(`${directory}: ${problem}`, hint);
}

async function describeAll({ PK, KEK, db }: KeyFiles): Promise<EnrolmentPlan['keys']> {
  return { PK: await describe(PK), KEK: await describe(KEK), db: await describe(db) };
}

/**
 * Returns why three files cannot be enrolled; undefined if they can. Each must have certificates,
 * PK exactly one, and the signature of the key above it, as firmware outside of the setup mode
 * wants it.
 */
export async function findKeyProblem(files: KeyFiles): Promise<string | undefined> {
  const signers = { PK: files.PK, KEK: files.PK, db: files.KEK };
  for (const name of ['PK', 'KEK', 'db'] as const) {
    const variable = parseAuthenticated(files[name]);
    const database = variable && parseDatabase(variable.value);
    if (!variable || !database?.isWhole || database.certificates.length === 0)
      return `${name}.auth is not a signed variable with certificates`;
    for (const certificate of database.certificates)
      if ((await readCertificateSubject(certificate)).length === 0)
        return `${name}.auth has something else among its certificates`;
    if (name === 'PK' && database.size !== 1) return 'PK.auth must have exactly one certificate';
    if (!(await isSignedBy(name, variable, databaseOf(signers[name]))))
      return `${name}.auth is not signed with the key ${name === 'db' ? 'KEK' : 'PK'}`;
  }
  return undefined;
}

function isSignedBy(
  name: KeyName,
  variable: AuthenticatedVariable,
  { certificates }: FirmwareDatabase,
): Promise<boolean> {
  return isSignedDataOf(variable.signature, signedBytes(name, variable), certificates);
}

function databaseOf(file: Uint8Array): FirmwareDatabase {
  return parseDatabase(parseAuthenticated(file)?.value ?? new Uint8Array());
}

async function describe(file: Uint8Array): Promise<CertificateName[]> {
  const { certificates } = databaseOf(file);
  return Promise.all(certificates.map(describeCertificate));
}

async function describeReplaced(host: Host): Promise<CertificateName[]> {
  const values = (['KEK', 'db'] as const).map((name) => readKeyVariable(host, name) ?? new Uint8Array());
  return Promise.all(values.flatMap((value) => parseDatabase(value).certificates).map(describeCertificate));
}

async function writeVariable(host: Host, name: KeyName, file: Uint8Array): Promise<void> {
  const path = keyVariablePath(name);
  // The kernel makes such variables immutable (efivarfs.rst).
  if (host.files.stat(path) !== undefined) await host.run('chattr', ['-i', path]);
  try {
    host.files.write(path, formatVariableFile(file), { atOnce: true });
  } catch (cause) {
    throw firmwareError(`the firmware refused ${name}`, cause);
  }
  const kept = parseDatabase(readKeyVariable(host, name) ?? new Uint8Array()).certificates.map(hex);
  if (!databaseOf(file).certificates.every((certificate) => kept.includes(hex(certificate))))
    throw firmwareError(`the firmware did not keep ${name}`);
}

function firmwareError(message: string, cause?: unknown): HaosError {
  return new HaosError<SystemErrorCode>('HAOS_SECURE_BOOT_FIRMWARE', message, {
    hint: 'Add db.cer, KEK.cer and, as the last one, PK.cer in the set-up of the firmware.',
    cause,
  });
}

function keysError(message: string, hint: string): HaosError {
  return new HaosError<SystemErrorCode>('HAOS_SECURE_BOOT_KEYS', message, { hint });
}
