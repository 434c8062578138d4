import { HaosError, type Host } from '@haos/host';
import { findUser, fromLatin1, latin1, type User } from '@haos/host/internal';
import type { SshErrorCode } from './errors.js';

/** The path of a user's keys, and the content of the file. */
export interface KeyFile {
  user: User;
  /** `~/.ssh` and the file in it; absolute paths of the target. */
  directory: string;
  path: string;
  /** One character per byte (latin1); undefined if the file does not exist. */
  text: string | undefined;
}

/**
 * Finds and reads a user's authorized_keys, but follows no link to a file of another user. Throws
 * HAOS_ACCOUNT_UNKNOWN, HAOS_SSH_NO_HOME, HAOS_SSH_UNSAFE_PATH and HAOS_FILE_*.
 */
export function readKeyFile(host: Host, name: string): KeyFile {
  const user = findUser(host, name);
  if (user?.name !== name) throw new HaosError('HAOS_ACCOUNT_UNKNOWN', `user ${name} does not exist`);
  if (!/^\/[^/]/.test(user.home)) throw noHome(user);
  const directory = `${user.home.replace(/\/+$/, '')}/.ssh`;
  const path = `${directory}/authorized_keys`;
  // The owner of the home directory can change everything in it anyway. In a tree built without
  // root, that owner is never the user.
  const owners = new Set([user.uid, 0, host.files.stat(user.home)?.uid]);
  checkDirectory(host, directory, owners);
  return { user, directory, path, text: readText(host, path, owners) };
}

/**
 * Writes the file as StrictModes of sshd requires: 0600 in a directory 0700, both owned by the
 * user.
 */
export function writeKeyFile(host: Host, { user, directory, path }: KeyFile, text: string): boolean {
  const owner = { uid: user.uid, gid: user.gid };
  if (host.files.stat(user.home) === undefined) host.files.makeDirectory(user.home, { mode: 0o700, owner });
  const prepared = host.files.makeDirectory(directory, { mode: 0o700, owner });
  const written = host.files.write(path, fromLatin1(text), { mode: 0o600, owner });
  return prepared || written;
}

function checkDirectory(host: Host, path: string, owners: ReadonlySet<number | undefined>): void {
  const status = host.files.lstat(path);
  if (status === undefined) return;
  if (status.type === 'symlink') throw unsafe(path, 'it is a link');
  if (status.type !== 'directory') throw unsafe(path, 'it is not a directory');
  if (!owners.has(status.uid)) throw unsafe(path, 'it belongs to another user');
}

/**
 * Follows a link only to a file of the user; otherwise the content of a file that the user cannot
 * read could end up in one that the user can. A write replaces the link with a file; a dangling
 * link has nothing to keep.
 */
function readText(host: Host, path: string, owners: ReadonlySet<number | undefined>): string | undefined {
  const status = host.files.stat(path);
  const isLink = host.files.lstat(path)?.type === 'symlink';
  if (status === undefined) return undefined;
  if (status.type !== 'file') throw unsafe(path, 'it is not a regular file');
  if (!owners.has(status.uid) || (isLink && status.uid === 0))
    throw unsafe(path, 'it belongs to another user');
  return latin1(host.files.read(path));
}

function noHome({ name }: User): HaosError<SshErrorCode> {
  return new HaosError('HAOS_SSH_NO_HOME', `the user ${name} has no home directory`, {
    hint: 'Give the account a home directory in /etc/passwd.',
  });
}

function unsafe(path: string, reason: string): HaosError<SshErrorCode> {
  return new HaosError('HAOS_SSH_UNSAFE_PATH', `cannot use ${path}: ${reason}`, {
    hint: `Replace ${path} with one that belongs to the user and is not a link.`,
    details: { path },
  });
}
