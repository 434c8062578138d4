import { HaosError, type Host } from '@haos/host';
import { findUser, type User } from '@haos/host/internal';
import type { SshErrorCode } from './errors.js';

/** Where a user's keys are, and what is there. */
export interface KeyFile {
  user: User;
  /** `~/.ssh` and the file in it; absolute paths of the target. */
  directory: string;
  path: string;
  /** One character per byte (latin1); undefined when there is no file. */
  text: string | undefined;
}

/**
 * Finds a user's authorized_keys and reads it, through no link that leads to what is not the user's. Throws
 * HAOS_ACCOUNT_UNKNOWN, HAOS_SSH_NO_HOME, HAOS_SSH_UNSAFE_PATH and HAOS_FILE_*.
 */
export function readKeyFile(host: Host, name: string): KeyFile {
  const user = findUser(host, name);
  if (user?.name !== name) throw new HaosError('HAOS_ACCOUNT_UNKNOWN', `there is no user ${name}`);
  if (!/^\/[^/]/.test(user.home)) throw noHome(user);
  const directory = `${user.home.replace(/\/+$/, '')}/.ssh`;
  const path = `${directory}/authorized_keys`;
  // Who owns the home can change everything in it anyway; in a tree made without root it is never the user.
  const owners = new Set([user.uid, 0, host.files.stat(user.home)?.uid]);
  checkDirectory(host, directory, owners);
  return { user, directory, path, text: readText(host, path, owners) };
}

/** Writes the file as sshd's StrictModes wants it: 0600 in a directory 0700, both the user's. */
export function writeKeyFile(host: Host, { user, directory, path }: KeyFile, text: string): boolean {
  const owner = { uid: user.uid, gid: user.gid };
  if (host.files.stat(user.home) === undefined) host.files.makeDirectory(user.home, { mode: 0o700, owner });
  const prepared = host.files.makeDirectory(directory, { mode: 0o700, owner });
  const written = host.files.write(path, Buffer.from(text, 'latin1'), { mode: 0o600, owner });
  return prepared || written;
}

function checkDirectory(host: Host, path: string, owners: ReadonlySet<number | undefined>): void {
  const status = host.files.lstat(path);
  if (status === undefined) return;
  if (status.type === 'symlink') throw unsafe(path, 'it is a link');
  if (status.type !== 'directory') throw unsafe(path, 'it is no directory');
  if (!owners.has(status.uid)) throw unsafe(path, 'it belongs to another user');
}

/**
 * A link is followed only to a file of the user, or the text of a file the user must not read could end up in one that
 * the user can. The link is replaced by a file when that is written; a dangling one has nothing to keep.
 */
function readText(host: Host, path: string, owners: ReadonlySet<number | undefined>): string | undefined {
  const status = host.files.stat(path);
  const isLink = host.files.lstat(path)?.type === 'symlink';
  if (status === undefined) return undefined;
  if (status.type !== 'file') throw unsafe(path, 'it is no regular file');
  if (!owners.has(status.uid) || (isLink && status.uid === 0))
    throw unsafe(path, 'it belongs to another user');
  return Buffer.from(host.files.read(path)).toString('latin1');
}

function noHome({ name }: User): HaosError<SshErrorCode> {
  return new HaosError('HAOS_SSH_NO_HOME', `the user ${name} has no home directory`, {
    hint: 'Give the account a home directory in /etc/passwd.',
  });
}

function unsafe(path: string, reason: string): HaosError<SshErrorCode> {
  return new HaosError('HAOS_SSH_UNSAFE_PATH', `${path} is not used: ${reason}`, {
    hint: `Replace ${path} by one that belongs to the user and is no link.`,
    details: { path },
  });
}
