import { HaosError, type Host, type Owner } from '@haos/host';
import { resolveOwner } from '@haos/host/internal';
import { refuse } from '../../apply/refuse.js';
import type { Applier } from '../../apply/types.js';
import type { CcErrorCode } from '../../errors.js';
import type { WriteFile } from '../../generated/types.js';
import type { Severity } from '../../issue.js';
import { octalMeant } from '../../model/octal-mode.js';
import { PATTERNS } from '../../model/patterns.js';
import {
  type Finding,
  finding,
  hasControls,
  isPathTooLong,
  missing,
  type Rule,
  SHORTEN_PATH,
} from '../../rules/rule.js';
import { isFileOfConnman, ownerForConnman } from '../network/connman-files.js';
import { checkContent, decodeContent } from './decode-content.js';
import { makeHomeDirectories } from './make-home-directories.js';
import { normalisePath } from './normalise-path.js';

const PERMISSIONS = new RegExp(PATTERNS.permissions);

/**
 * Writes the files of `write_files`, in order. If several items have one path, it writes only the
 * last, which is the one that would remain. So a second run changes nothing. Directories that it
 * creates in a person's home belong to that person.
 */
export const writeFiles: Applier = {
  name: 'write-files',
  keys: ['write_files'],
  async apply(config, context) {
    const items = config.writeFiles ?? [];
    const lastOf = new Map(items.map((item, index) => [normalisePath(item.path ?? ''), index]));
    const directories = directoriesOf(items);
    for (const [index, item] of items.entries()) {
      const isLast = lastOf.get(normalisePath(item.path ?? '')) === index;
      await context.attempt(async () => {
        refuse(checkItem(item, { pointer: `/writeFiles/${index}`, directories }), 'HAOS_CC_FILE_PATH');
        if (isLast) await writeItem(context.host, item, `write_files[${index}]`);
      });
    }
  },
};

/**
 * Reports invalid items of `write_files`, as far as that is known without the accounts of the node.
 */
export const writeFilesRule: Rule = ({ writeFiles: items = [] }) => {
  const directories = directoriesOf(items);
  return items.flatMap((item, index) => checkItem(item, { pointer: `/writeFiles/${index}`, directories }));
};

interface ItemPlace {
  pointer: string;
  /** Paths that must be directories, because another item lies below them. */
  directories: ReadonlySet<string>;
}

function checkItem(file: WriteFile, { pointer, directories }: ItemPlace): Finding[] {
  return [
    ...checkPath(file.path, { pointer, directories }),
    ...checkPermissions(file.permissions ?? '', `${pointer}/permissions`),
    ...checkOwner(file.owner ?? '', `${pointer}/owner`),
    ...checkEncoding(file, pointer),
  ];
}

function checkPath(path: string | undefined, { pointer, directories }: ItemPlace): Finding[] {
  if (!path) return missing(pointer, 'a file needs a path', 'Add `path: /where/it/goes`.');
  const wrong = (message: string, hint: string, more?: Pick<Finding, 'failure'>) =>
    finding('invalid-path', `${pointer}/path`, message, hint, more);
  if (!path.startsWith('/') || path.includes('\0'))
    return wrong('the path must be absolute', 'Begin the path with `/`.');
  if (/\/\.{0,2}$/.test(path)) return wrong('the path names a directory', 'Add the name of the file.');
  if (isPathTooLong(path)) return wrong('the path is too long', SHORTEN_PATH);
  if (!directories.has(normalisePath(path))) return [];
  return wrong('another item of write_files is below this path', 'Write the file to another path.', {
    failure: 'HAOS_FILE_NOT_REGULAR',
  });
}

/** Returns every directory that contains an item, except the root. */
function directoriesOf(items: readonly WriteFile[]): Set<string> {
  const directories = new Set<string>();
  for (const { path = '' } of items) {
    if (!path.startsWith('/')) continue;
    let parent = parentOf(normalisePath(path));
    for (; parent !== '' && !directories.has(parent); parent = parentOf(parent)) directories.add(parent);
  }
  return directories;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function checkPermissions(text: string, pointer: string): Finding[] {
  const mode = parsePermissions(text);
  const meant = octalMeant(text);
  const wrong = (message: string, hint: string, severity: Severity = 'error') =>
    finding('invalid-permissions', pointer, message, hint, { severity, failure: 'HAOS_CC_FILE_PERMISSIONS' });
  if (meant !== undefined) {
    const read = mode === undefined ? 'and not octal' : `but is read as octal 0${text}`;
    const message = `${text} is ${meant} as a decimal number, ${read}`;
    return wrong(message, `Write '${meant}', in quotes.`, mode === undefined ? 'error' : 'warning');
  }
  if (mode !== undefined) return [];
  return wrong('permissions must be an octal number up to 07777', "Write them in quotes, such as '0644'.");
}

/** Only the node knows which accounts exist, so this checks only the form. */
function checkOwner(owner: string, pointer: string): Finding[] {
  const [user, , ...rest] = owner.split(':');
  // UTF-8 cannot encode half of a surrogate pair, so no account has such a name.
  const hasName = user !== '' && rest.length === 0 && !hasControls(owner) && !/[\ud800-\udfff]/u.test(owner);
  if (owner === '' || hasName) return [];
  return finding(
    'invalid-value',
    pointer,
    `${JSON.stringify(owner)} is not an owner`,
    'Write USER or USER:GROUP.',
    { failure: 'HAOS_ACCOUNT_UNKNOWN' },
  );
}

function checkEncoding(file: WriteFile, pointer: string): Finding[] {
  const problem = checkContent(file.content ?? '', file.encoding ?? '');
  if (problem === undefined) return [];
  const { failure, message, hint } = problem;
  return failure === 'HAOS_CC_FILE_CONTENT'
    ? finding('invalid-content', `${pointer}/content`, message, hint, { failure })
    : finding('invalid-value', `${pointer}/encoding`, message, hint, { failure });
}

async function writeItem(host: Host, item: WriteFile, key: string): Promise<void> {
  const path = normalisePath(item.path ?? '');
  const named = ownerOf(host, item.owner ?? '');
  const owner = named.uid === 0 && isFileOfConnman(path) ? ownerForConnman(host) : named;
  const content = await decodeItem(item, key);
  await makeHomeDirectories(host, path);
  host.files.write(item.path ?? '', content, { mode: parsePermissions(item.permissions ?? ''), owner });
}

/**
 * Parses octal permissions: `0755`, `755` and `0o755` are the same bits. Returns undefined for
 * anything but an octal number up to 07777.
 */
function parsePermissions(text: string): number | undefined {
  if (text === '') return 0o644;
  const digits = PERMISSIONS.exec(text)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** Root is given by number, because a tree without /etc/passwd has it too. */
function ownerOf(host: Host, text: string): Owner {
  return text === '' ? { uid: 0, gid: 0 } : resolveOwner(host, text);
}

/** Decodes an item and names the item in an error. The content never enters a message. */
async function decodeItem(item: WriteFile, key: string): Promise<Uint8Array> {
  try {
    return await decodeContent(item.content ?? '', item.encoding ?? '');
  } catch (cause) {
    if (!(cause instanceof HaosError)) throw cause;
    throw new HaosError<CcErrorCode>(cause.code as CcErrorCode, `cannot decode ${key}: ${cause.message}`, {
      cause: cause.cause,
      ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    });
  }
}
