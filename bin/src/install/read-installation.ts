import { resolve } from 'node:path';
import type { Install } from '@haos/cc/internal';
import type { Installation } from '@haos/install';
import { isUrl, KERNEL_KINDS } from '@haos/system/internal';
import type { Invocation } from '../command.js';
import { parseDigest } from '../parse-digest.js';

/** The options that `haos install` and `install.js` share. */
export type InstallationInvocation = Invocation<
  'sha256' | 'tty' | 'kernel' | 'boot-image',
  'no-format' | 'no-bootloader' | 'allow-empty-config' | 'insecure' | 'force-efi' | 'debug'
>;

/** What the two commands name in different ways; an empty text is not set. */
interface Named {
  device: string | undefined;
  /** The configuration: a URL or an absolute path. */
  url: string | undefined;
  iso: string | undefined;
  /** A directory with the components. */
  directory?: string | undefined;
}

/**
 * Maps the options of the command line, else the section `install` of the configuration, to an
 * installation. Only this function knows both.
 */
export function readInstallation(
  invocation: InstallationInvocation,
  { device, url, iso, directory }: Named,
  configured: Install = {},
): Required<Installation> {
  const sha256 = parseDigest(invocation.text('sha256')) ?? configured.isoSha256;
  const kernelKind = KERNEL_KINDS.find((kind) => kind === (invocation.text('kernel') ?? configured.kernel));
  const bootImage = invocation.text('boot-image') ?? configured.bootImage;
  const tty = invocation.text('tty') ?? configured.tty;
  return {
    target: {
      ...(device && { device }),
      format: !invocation.has('no-format') && configured.noFormat !== true,
    },
    image: {
      ...(directory && { directory }),
      ...(iso && { iso }),
      ...(sha256 && { sha256 }),
      ...(kernelKind && { kernelKind }),
      insecure: invocation.has('insecure'),
    },
    config: { ...(url && { url }), allowEmpty: invocation.has('allow-empty-config') },
    boot: {
      ...((invocation.has('force-efi') || configured.forceEfi) && { firmware: 'efi' }),
      ...(tty && { tty }),
      ...(bootImage && { bootImage: isUrl(bootImage) ? bootImage : resolve(bootImage) }),
      loader: !invocation.has('no-bootloader'),
      debug: invocation.has('debug') || configured.debug === true,
    },
  };
}
