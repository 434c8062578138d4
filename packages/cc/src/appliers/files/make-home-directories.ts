import type { Host, Owner } from '@haos/host';
import { parentOf, parsePasswd, type User } from '@haos/host/internal';

const SKELETON = '/etc/skel';

/** Accounts of people, as adduser(8) numbers them. */
const PEOPLE = { first: 1000, last: 59_999 };

/**
 * Makes the missing directories above a file in a person's home, as that person: the home itself
 * with the files of /etc/skel, 0700, and `.ssh` 0700. Makes nothing for a path elsewhere; its
 * writer makes the parents as root.
 */
export async function makeHomeDirectories(host: Host, path: string): Promise<void> {
  const user = ownerOfHome(host, path);
  if (user === undefined) return;
  const owner = { uid: user.uid, gid: user.gid };
  if (host.files.stat(user.home) === undefined) {
    host.files.makeDirectory(user.home, { mode: 0o700, owner });
    if (host.files.stat(SKELETON)?.type === 'directory') await copySkeleton(host, user.home, owner);
  }
  for (const directory of directoriesBetween(user.home, path)) {
    if (host.files.stat(directory) !== undefined) continue;
    host.files.makeDirectory(directory, { mode: directory.endsWith('/.ssh') ? 0o700 : 0o755, owner });
  }
}

/** The person in whose home a path lies. */
function ownerOfHome(host: Host, path: string): User | undefined {
  return parsePasswd(host.files.readTextIfExists('/etc/passwd') ?? '').find(
    ({ uid, home }) =>
      uid >= PEOPLE.first && uid <= PEOPLE.last && /^\/[^/]/.test(home) && path.startsWith(`${home}/`),
  );
}

/** From the one that lies in the home down to the one that holds the file. */
function directoriesBetween(home: string, path: string): string[] {
  const found: string[] = [];
  for (let directory = parentOf(path); directory.length > home.length; directory = parentOf(directory))
    found.unshift(directory);
  return found;
}

async function copySkeleton(host: Host, home: string, owner: Owner, below = ''): Promise<void> {
  const { files } = host;
  for (const name of files.list(SKELETON + below)) {
    const path = `${below}/${name}`;
    const stat = files.lstat(SKELETON + path);
    if (stat?.type === 'file') await files.copy(SKELETON + path, home + path, { owner });
    if (stat?.type !== 'directory') continue;
    files.makeDirectory(home + path, { mode: stat.mode, owner });
    await copySkeleton(host, home, owner, path);
  }
}
