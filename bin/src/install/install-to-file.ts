import { resolve } from 'node:path';
import type { ProxySettings } from '@haos/host';
import { installToFile } from '@haos/install';
import { isUrl } from '@haos/system/internal';
import type { Context } from '../command.js';
import type { ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { interruptible } from '../interruptible.js';
import { openNode } from '../upgrade/open-node.js';
import type { InstallInvocation } from './options.js';
import { parseSize } from './parse-size.js';
import { printDownload, printEvents, printInstall } from './print-install.js';
import { readInstallation } from './read-installation.js';

/**
 * They are about a disk of this machine, or about a person. All copies of an image would have the
 * same key of the data.
 */
const REFUSED = [
  ...['answers', 'device', 'no-format', 'no-bootloader', 'force-efi', 'encrypt', 'passphrase-file'],
  ...['boot-image', 'enroll-keys'],
  ...['check', 'reboot', 'power-off'],
] as const;

/** `haos install --to-file`: makes a disk image, without questions. */
export async function runInstallToFile(
  path: string,
  invocation: InstallInvocation,
  { context, proxy }: { context: Context; proxy: ProxySettings },
): Promise<ExitStatus> {
  const refused = REFUSED.find((name) => invocation.has(name));
  if (refused !== undefined)
    throw usageError(`--${refused} cannot be used with --to-file`, 'Leave out one of them.');
  const size = parseSize(invocation.text('size'));
  const locate = (source: string | undefined) => (source && !isUrl(source) ? resolve(source) : source);
  const { image, config, boot } = readInstallation(invocation, {
    device: undefined,
    url: locate(invocation.text('config-url')),
    directory: locate(invocation.text('image')),
    iso: locate(invocation.text('iso')),
  });
  const { signal, guard } = interruptible(context);
  const work = installToFile({
    host: openNode(context),
    file: { path: resolve(path), ...(size !== undefined && { size }) },
    ...{ image, config, boot, proxy, signal },
    onEvent: printEvents(context),
    onDownload: printDownload(context, 'install'),
  });
  return printInstall(await guard(work), { invocation, context });
}
