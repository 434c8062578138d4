import { HaosError } from './errors.js';
import type { Host, Owner } from './types.js';

type Target = Pick<Host, 'files'>;

export interface User extends Owner {
  name: string;
  home: string;
  shell: string;
}

export interface Group {
  name: string;
  gid: number;
  members: readonly string[];
}

/** Returns the users of a passwd(5) file; ignores lines that are not entries. */
export function parsePasswd(text: string): User[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home = '', shell = ''] = line.split(':');
    if (!name || !isId(uid) || !isId(gid)) return [];
    return [{ name, uid: Number(uid), gid: Number(gid), home, shell }];
  });
}

/** Returns the groups of a group(5) file; ignores lines that are not entries. */
export function parseGroup(text: string): Group[] {
  return text.split('\n').flatMap((line) => {
    const [name, , gid, members = ''] = line.split(':');
    if (!name || !isId(gid)) return [];
    return [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }];
  });
}

/** Finds the target's user with exactly this name, else with this number. */
export function findUser(host: Target, nameOrId: string | number): User | undefined {
  const users = parsePasswd(host.files.readTextIfExists('/etc/passwd') ?? '');
  return findEntry(users, nameOrId, ({ uid }) => uid);
}

/** Finds the target's group with exactly this name, else with this number. */
export function findGroup(host: Target, nameOrId: string | number): Group | undefined {
  const groups = parseGroup(host.files.readTextIfExists('/etc/group') ?? '');
  return findEntry(groups, nameOrId, ({ gid }) => gid);
}

function findEntry<T extends { name: string }>(
  entries: readonly T[],
  nameOrId: string | number,
  idOf: (entry: T) => number,
): T | undefined {
  const wanted = String(nameOrId);
  const named = entries.find(({ name }) => name === wanted);
  return named ?? entries.find((entry) => isId(wanted) && idOf(entry) === Number(wanted));
}

/**
 * Resolves `user`, `user:group` or `user:` to numbers, as chown(1) does. If no group is given, it
 * is the user's own. Names must match exactly. A number needs no account unless the group of that
 * user is wanted. `root` is 0 even where accounts do not exist yet, as in a tree that is being
 * built (the kernel's own rule). Throws HAOS_ACCOUNT_UNKNOWN.
 */
export function resolveOwner(host: Target, owner: string): Owner {
  const [userName = '', groupName = '', ...rest] = owner.split(':');
  if (rest.length > 0) throw unknown('owner', owner);
  const user: Pick<User, 'uid' | 'gid'> | undefined =
    findUser(host, userName) ?? (userName === 'root' ? { uid: 0, gid: 0 } : undefined);
  const uid = user?.uid ?? (isId(userName) ? Number(userName) : undefined);
  if (uid === undefined) throw unknown('user', userName);
  if (groupName === '') {
    if (!user) throw unknown('user', userName);
    return { uid, gid: user.gid };
  }
  const gid =
    findGroup(host, groupName)?.gid ??
    (groupName === 'root' ? 0 : isId(groupName) ? Number(groupName) : undefined);
  if (gid === undefined) throw unknown('group', groupName);
  return { uid, gid };
}

/**
 * Sets the password of an account to a crypt(5) hash: `''` allows a login without a password, `'*'`
 * blocks every password. Changes only this field of this line of /etc/shadow. Throws
 * HAOS_ACCOUNT_UNKNOWN, and HAOS_ACCOUNT_PASSWORD for a hash that would break the file.
 */
export function setPasswordHash(host: Target, user: string, hash: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this rejects them
  if (/[:\x00-\x1f\x7f]/.test(hash)) {
    throw new HaosError(
      'HAOS_ACCOUNT_PASSWORD',
      `the password hash of ${user} contains a character that /etc/shadow does not allow`,
      {
        hint: 'Use the second field of a line of /etc/shadow.',
      },
    );
  }
  const lines = host.files.readText('/etc/shadow').split('\n');
  const index = lines.findIndex((line) => line.startsWith(`${user}:`));
  if (user === '' || user.includes(':') || index < 0) throw unknown('user', user);
  const fields = lines[index]!.split(':');
  fields[1] = hash;
  lines[index] = fields.join(':');
  return host.files.write('/etc/shadow', lines.join('\n'), { secret: true });
}

function isId(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 - 1;
}

function unknown(what: string, name: string): HaosError {
  return new HaosError('HAOS_ACCOUNT_UNKNOWN', `no such ${what}: ${JSON.stringify(name)}`, {
    hint:
      what === 'owner' ? 'Write user:group.' : `Create the ${what}, or use a name that exists on the target.`,
  });
}
