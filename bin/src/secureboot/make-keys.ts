import { liveHost } from '@haos/host';
import { KEY_NAMES, makeSecureBootKeys } from '@haos/system/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { formatJson } from '../format-json.js';
import { formatSection } from '../format-section.js';
import { formatKeys } from './format-keys.js';
import { readDirectory } from './read-directory.js';

/** What a certificate can hold (RFC 5280, ub-common-name), without the name of the key. */
const NAME = /^[^\p{Cc}]{1,60}$/u;

/** `haos secureboot keys`: makes the keys of an owner, on any machine. */
export async function runMakeKeys(
  invocation: Invocation<'name' | 'format'>,
  context: Context,
): Promise<ExitStatus> {
  const directory = readDirectory(invocation);
  const name = invocation.text('name');
  if (name !== undefined && !NAME.test(name))
    throw usageError('--name must have 1 to 60 characters, all of them printable');
  const host = liveHost(context.env.DEBUG ? { debug: context.env.DEBUG } : {});
  const keys = await makeSecureBootKeys(host, { directory, ...(name !== undefined && { name }) });
  if (invocation.text('format') === 'json') context.out(formatJson({ directory, keys }));
  else {
    const lines = KEY_NAMES.flatMap((key) => formatSection(key, formatKeys([keys[key]])));
    context.out(`${lines.join('\n')}\n`);
    context.err(
      `secureboot: the keys are in ${directory}\n` +
        '  Keep PK.key, KEK.key and db.key secret, and keep a copy. A machine needs only the .auth files.\n',
    );
  }
  return EXIT.done;
}
