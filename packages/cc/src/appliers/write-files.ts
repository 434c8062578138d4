import { posix } from 'node:path';
import { HaosError, type Host, type Owner, resolveOwner } from '@haos/system';
import type { Applier } from '../apply/types.js';
import type { CcErrorCode } from '../errors.js';
import type { WriteFile } from '../generated/types.js';
import { decodeContent } from './decode-content.js';

/**
 * Writes the files of `write_files`, in order. Of several items with one path only the last is written, which is what is
 * left of them anyway; a second run then finds nothing to change.
 */
export const writeFiles: Applier = {
  name: 'write-files',
  keys: ['write_files'],
  async apply(config, context) {
    const items = config.writeFiles ?? [];
    const lastOf = new Map(items.map((item, index) => [posix.normalize(item.path ?? ''), index]));
    for (const [index, item] of items.entries()) {
      if (lastOf.get(posix.normalize(item.path ?? '')) !== index) continue;
      await context.attempt(() => writeItem(context.host, item, `write_files[${index}]`));
    }
  },
};

async function writeItem(host: Host, item: WriteFile, key: string): Promise<void> {
  const path = checkPath(item.path ?? '', key);
  const mode = parsePermissions(item.permissions ?? '', key);
  const owner = ownerOf(host, item.owner ?? '');
  const content = await decodeItem(item, key);
  host.files.write(path, content, { mode, owner });
}

function checkPath(path: string, key: string): string {
  if (!path.startsWith('/') || path.endsWith('/') || path.includes('\0')) {
    throw new HaosError<CcErrorCode>(
      'HAOS_CC_FILE_PATH',
      `the path of ${key} is no absolute path of a file`,
      {
        hint: 'Write the whole path, beginning with a slash.',
      },
    );
  }
  return path;
}

/** `0755`, `755` and `0o755` are the same bits. */
function parsePermissions(text: string, key: string): number {
  if (text === '') return 0o644;
  const digits = /^(?:0o)?0*([0-7]{1,4})$/.exec(text)?.[1];
  if (digits === undefined) {
    throw new HaosError<CcErrorCode>(
      'HAOS_CC_FILE_PERMISSIONS',
      `the permissions of ${key} are no octal number up to 07777`,
      { hint: "Write the permissions in quotes, such as '0644'." },
    );
  }
  return Number.parseInt(digits, 8);
}

/** root by number, because a tree without /etc/passwd has it too. */
function ownerOf(host: Host, text: string): Owner {
  return text === '' ? { uid: 0, gid: 0 } : resolveOwner(host, text);
}

/** Says which item it was; the content itself never enters a message. */
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
